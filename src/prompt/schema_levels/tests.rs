use super::*;
use crate::grounding::context_of;
use schema::{Column, Outline};

fn snapshot(count: usize) -> Snapshot {
    let column = |name: &str| Column { name: name.into(), data_type: "text".into(), ..Column::default() };
    let relation = |at: usize| Relation {
        oid: u32::try_from(at).expect("small") + 1,
        schema: "public".into(),
        name: format!("thing_{at}"),
        visible: true,
        columns: vec![column("id"), column(&format!("colour_{at}"))],
        ..Relation::default()
    };
    Snapshot { relations: (0..count).map(relation).collect::<Vec<_>>().into(), ..Snapshot::default() }
}

/// A context whose nearest relation is the one with this place.
fn near(snapshot: Snapshot, place: u32) -> Context {
    let ranked = Ranked { oid: place + 1, score: 1.0, matches: Vec::new(), neighbours: Vec::new() };
    context_of("q", snapshot, vec![ranked])
}

#[test]
fn what_fits_is_shown_whole_in_the_order_of_the_schema() {
    let shown = write(&near(snapshot(3), 2), false, 1000, 0, &mut || Ok(())).expect("written");
    assert!(shown.in_full == InFull::Everything && !shown.has_more);
    let at = |name: &str| shown.text.find(name).expect("is shown");
    assert!(at("table thing_0") < at("table thing_1") && at("table thing_1") < at("table thing_2"));
}

#[test]
fn a_whole_schema_is_kept_for_as_long_as_it_is_the_same_and_fits() {
    let write = |context: &Context, room| write(context, false, room, 0, &mut || Ok(())).expect("written");
    let context = near(snapshot(3), 2);
    let first = write(&context, 1000);
    assert_eq!(write(&context, 1000).text, first.text);
    assert!(write(&context, 15).has_more, "the room is smaller now");
    assert_eq!(write(&context, 1000).text, first.text);
    assert_ne!(write(&near(snapshot(4), 2), 1000).text, first.text);
}

#[test]
fn the_nearest_come_in_full_the_next_in_a_line_and_the_rest_by_name() {
    let shown = write(&near(snapshot(60), 41), false, 130, 10, &mut || Ok(())).expect("written");
    assert!(shown.has_more && shown.text.starts_with("table thing_41\n"), "{}", shown.text);
    assert!(shown.text.contains("(id, colour_") && shown.text.contains("Known by name alone: "), "{}", shown.text);
    assert!(shown.text.contains("further relations have no room here."), "{}", shown.text);
    let relations = snapshot(60).relations;
    assert!(shown.in_full.has(&relations[41]) && !shown.in_full.has(&relations[59]));
    assert!(tokens(&shown.text) < 150, "{}", tokens(&shown.text));
}

#[test]
fn what_was_not_read_in_detail_has_a_line_at_most() {
    let mut context = near(snapshot(3), 2);
    let far = Outline {
        oid: 77,
        schema: "public".into(),
        name: "far_away".into(),
        kind: schema::RelationKind::Table,
        visible: true,
        columns: vec!["id".into(), "colour_0".into()],
    };
    context.outlines = vec![Rc::new(far.into())].into();
    context.ranked = [3, 77].map(|oid| Ranked { oid, ..context.ranked[0].clone() }).to_vec().into();
    context.total = 10_000;
    let shown = write(&context, false, 1000, 0, &mut || Ok(())).expect("written");
    assert!(shown.has_more && shown.in_full != InFull::Everything);
    assert!(shown.text.contains("table far_away (id, colour_0)\n"), "{}", shown.text);
    assert!(shown.text.contains("9996 further relations"), "{}", shown.text);
}
