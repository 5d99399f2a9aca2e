//! Aggregates and window functions.

use pgrx::{PgList, pg_sys};

use super::constant::{category, function_name};
use super::walk::OutlineWalk;
use prose::outline::{AggregateCall, Expr, FrameBound, WindowCall, WindowFrame};

impl OutlineWalk {
    /// # Safety
    /// As for all functions here: the nodes are live parts of the innermost level's query.
    pub(super) unsafe fn aggregate(&mut self, node: &pg_sys::Aggref) -> Expr {
        // SAFETY: the caller's promise.
        unsafe {
            let mut args = Vec::new();
            for target in PgList::<pg_sys::TargetEntry>::from_pg(node.args).iter_ptr() {
                if !(*target).resjunk {
                    args.push(self.expr((*target).expr.cast()));
                }
            }
            Expr::Aggregate(Box::new(AggregateCall {
                name: function_name(node.aggfnoid),
                direct_args: self.list(node.aggdirectargs),
                args,
                distinct: !node.aggdistinct.is_null(),
                filter: self.optional(node.aggfilter.cast()),
                order: self.sort_keys(node.aggorder, node.args, false),
                category: category(node.aggtype),
            }))
        }
    }

    pub(super) unsafe fn window(&mut self, node: &pg_sys::WindowFunc) -> Expr {
        // SAFETY: the caller's promise; a window function refers to a window of its own level.
        unsafe {
            let call = AggregateCall {
                name: function_name(node.winfnoid),
                args: self.list(node.args),
                filter: self.optional(node.aggfilter.cast()),
                category: category(node.wintype),
                ..AggregateCall::default()
            };
            let Some(query) = self.levels.last().map(|level| level.query) else { return Expr::Other("a value") };
            let windows = PgList::<pg_sys::WindowClause>::from_pg((*query).windowClause);
            let Some(window) = windows.iter_ptr().find(|window| (**window).winref == node.winref) else {
                return Expr::Other("a value");
            };
            let window = &*window;
            let targets = (*query).targetList;
            let partition = self.clauses(window.partitionClause, targets);
            let order = self.sort_keys(window.orderClause, targets, false);
            let frame = self.frame(window);
            Expr::Window(Box::new(WindowCall { call, aggregate: node.winagg, partition, order, frame }))
        }
    }

    unsafe fn frame(&mut self, window: &pg_sys::WindowClause) -> Option<WindowFrame> {
        let set = |option: u32| window.frameOptions as u32 & option != 0;
        if !set(pg_sys::FRAMEOPTION_NONDEFAULT) {
            return None;
        }
        let unit = if set(pg_sys::FRAMEOPTION_ROWS) {
            "rows"
        } else if set(pg_sys::FRAMEOPTION_GROUPS) {
            "groups"
        } else {
            "range"
        };
        // SAFETY: the caller's promise; an offset option comes with its expression.
        let (start, end) = unsafe { (self.optional(window.startOffset), self.optional(window.endOffset)) };
        let start = match start {
            Some(by) if set(pg_sys::FRAMEOPTION_START_OFFSET_PRECEDING) => FrameBound::Preceding(by),
            Some(by) => FrameBound::Following(by),
            None if set(pg_sys::FRAMEOPTION_START_CURRENT_ROW) => FrameBound::CurrentRow,
            None => FrameBound::UnboundedPreceding,
        };
        let end = match end {
            Some(by) if set(pg_sys::FRAMEOPTION_END_OFFSET_PRECEDING) => FrameBound::Preceding(by),
            Some(by) => FrameBound::Following(by),
            None if set(pg_sys::FRAMEOPTION_END_CURRENT_ROW) => FrameBound::CurrentRow,
            None => FrameBound::UnboundedFollowing,
        };
        Some(WindowFrame { unit, start, end })
    }
}
