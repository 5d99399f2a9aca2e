//! What a session tells of its waiting for a model: in the title of its process, which `ps` and `top` show, and from PostgreSQL 17 on
//! as the wait event in pg_stat_activity.

use std::ffi::{CStr, CString, c_int};

use pgrx::pg_sys;

/// Tells which model is waited for until dropped; then the title is what it was.
pub struct Asking {
    title: CString,
}

impl Asking {
    /// `place`: of the model in nl2sql.model, from 0. `draft`: the number of the draft that it is to write, from 1.
    pub fn begin(model: &str, place: usize, draft: u32) -> Self {
        let title = current_title();
        let words: String = model.chars().filter(|c| !c.is_control()).take(MOST_NAME).collect();
        show(&CString::new(format!("nl2sql asks {words}, draft {draft}")).unwrap_or_default());
        wait_event::begin(place, draft);
        Self { title }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        wait_event::end();
        show(&self.title);
    }
}

/// Of a longer name so many characters are shown.
const MOST_NAME: usize = 60;

fn current_title() -> CString {
    let mut length: c_int = 0;
    // SAFETY: the title is the server's own buffer, of that many bytes, copied before anything can change it.
    unsafe {
        let title = pg_sys::get_ps_display(&mut length);
        let length = usize::try_from(length).unwrap_or_default();
        if title.is_null() || length == 0 {
            return CString::default();
        }
        CString::new(std::slice::from_raw_parts(title.cast::<u8>(), length)).unwrap_or_default()
    }
}

fn show(title: &CStr) {
    // SAFETY: the server copies the text, cut to the room there is; does nothing where update_process_title is off.
    unsafe { pg_sys::set_ps_display(title.as_ptr()) };
}

/// The event that a wait is told as.
pub fn event() -> u32 {
    wait_event::current()
}

/// Events of our own, where the server has such. Their names are few, as all extensions together may have 128: by the place of the
/// model and the number of the draft, the fourth standing for all later ones.
#[cfg(any(feature = "pg17", feature = "pg18"))]
mod wait_event {
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeMap;
    use std::ffi::CString;

    use pgrx::pg_sys;

    const MOST: usize = 4;

    thread_local! {
        static NUMBERS: RefCell<BTreeMap<(usize, usize), u32>> = const { RefCell::new(BTreeMap::new()) };
        static CURRENT: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
    }

    pub fn begin(place: usize, draft: u32) {
        let draft = usize::try_from(draft).unwrap_or(MOST);
        CURRENT.set(((place + 1).min(MOST), draft.clamp(1, MOST)));
    }

    pub fn end() {
        CURRENT.set((0, 0));
    }

    pub fn current() -> u32 {
        let (place, draft) = CURRENT.get();
        if let Some(number) = NUMBERS.with_borrow(|numbers| numbers.get(&(place, draft)).copied()) {
            return number;
        }
        let name = if place == 0 { "Nl2sqlWait".to_owned() } else { format!("Nl2sqlModel{place}Draft{draft}") };
        let name = CString::new(name).unwrap_or_default();
        // SAFETY: the server copies the name; one that is known already gets the number that it has.
        let number = unsafe { pg_sys::WaitEventExtensionNew(name.as_ptr()) };
        NUMBERS.with_borrow_mut(|numbers| numbers.insert((place, draft), number));
        number
    }
}

#[cfg(not(any(feature = "pg17", feature = "pg18")))]
mod wait_event {
    use pgrx::pg_sys;

    pub fn begin(_: usize, _: u32) {}

    pub fn end() {}

    pub fn current() -> u32 {
        pg_sys::PG_WAIT_EXTENSION
    }
}
