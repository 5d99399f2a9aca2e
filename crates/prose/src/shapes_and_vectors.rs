//! Functions and operators of PostGIS and pgvector, in words. Of several that share a name, the number of arguments tells which one is
//! meant.

use crate::Describer;
use crate::outline::Expr;

impl<'o> Describer<'o> {
    /// A value that a function of theirs gives.
    pub(crate) fn measured(&self, name: &str, args: &'o [Expr]) -> Option<String> {
        let arg = |at: usize| args.get(at).map(|arg| self.operand(arg)).unwrap_or_default();
        Some(match (name, args.len()) {
            ("st_distance" | "st_3ddistance" | "st_distancesphere" | "st_distancespheroid", 2 | 3) => {
                format!("the distance from {} to {}", arg(0), arg(1))
            }
            ("st_area", 1 | 2) => format!("the area of {}", arg(0)),
            ("st_length" | "st_3dlength" | "st_length2d", 1 | 2) => format!("the length of {}", arg(0)),
            ("st_perimeter", 1 | 2) => format!("the perimeter of {}", arg(0)),
            ("st_x", 1) => format!("the x coordinate of {}", arg(0)),
            ("st_y", 1) => format!("the y coordinate of {}", arg(0)),
            ("st_centroid", 1 | 2) => format!("the centre of {}", arg(0)),
            ("st_buffer", 2 | 3) => format!("the area within {} of {}", arg(1), arg(0)),
            ("st_intersection", 2 | 3) => format!("what {} and {} have in common", arg(0), arg(1)),
            ("st_makepoint" | "st_point", 2) => format!("the point ({}, {})", arg(0), arg(1)),
            ("st_setsrid" | "st_transform", 2) => format!("{} in the coordinate system {}", arg(0), arg(1)),
            ("st_astext" | "st_asewkt", 1 | 2) => format!("{} as text", arg(0)),
            ("st_asgeojson", 1..=3) => format!("{} as GeoJSON", arg(0)),
            ("l2_distance", 2) => format!("the distance from {} to {}", arg(0), arg(1)),
            ("cosine_distance", 2) => format!("the cosine distance from {} to {}", arg(0), arg(1)),
            ("l1_distance", 2) => format!("the taxicab distance from {} to {}", arg(0), arg(1)),
            ("inner_product", 2) => format!("the inner product of {} and {}", arg(0), arg(1)),
            ("vector_dims", 1) => format!("the number of dimensions of {}", arg(0)),
            _ => return None,
        })
    }

    /// How far apart two values are, by an operator.
    pub(crate) fn apart(&self, symbol: &str, left: &'o Expr, right: &'o Expr) -> Option<String> {
        let what = match symbol {
            "<->" => "distance",
            "<=>" => "cosine distance",
            "<+>" => "taxicab distance",
            "<#>" => {
                return Some(format!(
                    "the negative inner product of {} and {}",
                    self.operand(left),
                    self.operand(right)
                ));
            }
            _ => return None,
        };
        Some(format!("the {what} from {} to {}", self.operand(left), self.operand(right)))
    }

    /// A condition that a function of PostGIS tests.
    pub(crate) fn lies(&self, name: &str, args: &'o [Expr], negated: bool) -> Option<String> {
        let (yes, no) = match (name, args.len()) {
            ("st_dwithin" | "st_3ddwithin", 3 | 4) => {
                let [left, right, distance, ..] = args else { return None };
                let is = if negated { "is not within" } else { "is within" };
                return Some(format!(
                    "{} {is} {} of {}",
                    self.operand(left),
                    self.operand(distance),
                    self.operand(right)
                ));
            }
            ("st_contains" | "st_containsproperly", 2) => ("contains", "does not contain"),
            ("st_within", 2) => ("lies within", "does not lie within"),
            ("st_covers", 2) => ("covers", "does not cover"),
            ("st_coveredby", 2) => ("is covered by", "is not covered by"),
            ("st_intersects" | "st_3dintersects", 2) => ("meets", "does not meet"),
            ("st_touches", 2) => ("touches", "does not touch"),
            ("st_crosses", 2) => ("crosses", "does not cross"),
            ("st_overlaps", 2) => ("overlaps", "does not overlap"),
            ("st_disjoint", 2) => ("is apart from", "is not apart from"),
            ("st_equals", 2) => ("is the same shape as", "is not the same shape as"),
            _ => return None,
        };
        let [left, right] = args else { return None };
        Some(format!("{} {} {}", self.operand(left), if negated { no } else { yes }, self.operand(right)))
    }
}
