//! Words of the same meaning, and what the abbreviations in identifiers stand for.
//!
//! General English and common habits of naming tables and columns. Words of one particular database do not belong here.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Words that may stand for each other anywhere.
#[rustfmt::skip]
const STRONG: &[&[&str]] = &[
    &["customer", "client", "buyer", "shopper"],
    &["employee", "staff", "worker", "personnel"],
    &["product", "article", "good", "merchandise"],
    &["supplier", "vendor"],
    &["country", "nation"],
    &["nationality", "citizenship"],
    &["city", "town"],
    &["phone", "telephone", "mobile", "cellphone", "cell"],
    &["email", "mail"],
    &["zip", "postal", "postcode", "zipcode"],
    &["price", "cost"],
    &["salary", "wage", "pay"],
    &["quantity", "amount"],
    &["gender", "sex"],
    &["movie", "film"],
    &["car", "vehicle", "automobile"],
    &["store", "shop"],
    &["student", "pupil"],
    &["teacher", "instructor", "lecturer"],
    &["company", "firm", "enterprise", "corporation"],
    &["manufacturer", "maker", "producer"],
    &["manager", "boss", "supervisor"],
    &["job", "occupation", "profession"],
    &["position", "role"],
    &["rating", "star", "score"],
    &["begin", "start"],
    &["end", "finish"],
    &["kind", "type", "sort"],
    &["category", "class"],
    &["description", "detail"],
    &["album", "record"],
    &["song", "track"],
    &["singer", "vocalist"],
    &["writer", "author"],
    &["physician", "doctor"],
    &["patient", "sufferer"],
    &["flight", "plane"],
    &["airplane", "aircraft", "plane"],
    &["airline", "carrier"],
    &["stadium", "arena"],
    &["location", "place"],
    &["weight", "weigh"],
    &["height", "tall"],
    &["length", "duration"],
    &["speed", "velocity"],
    &["area", "surface"],
    &["population", "inhabitant", "resident", "people"],
    &["elevation", "altitude"],
    &["picture", "photo", "image"],
    &["surname", "lastname"],
    &["forename", "firstname"],
    &["birthday", "birthdate"],
    &["home", "house"],
    &["university", "college", "school"],
    &["apartment", "flat"],
    &["bill", "invoice"],
    &["purchase", "order", "buy"],
    &["payment", "pay"],
    &["hire", "employ"],
    &["balance", "saving"],
    &["identifier", "id"],
    &["num", "number", "count"],
    &["quiz", "test", "exam"],
    &["grade", "mark"],
    &["member", "participant"],
    &["party", "event"],
    &["match", "game"],
    &["team", "squad"],
    &["award", "prize"],
    &["budget", "fund"],
    &["headquarter", "hq"],
    &["abbreviation", "abbrev", "short"],
    &["colour", "color"],
    &["postcode", "zip"],
    &["lesson", "class"],
    &["revenue", "sale", "turnover", "earning"],
    &["profit", "gain"],
    &["dept", "department"],
    &["organization", "organisation", "institution"],
    &["enroll", "register", "enrol"],
    &["channel", "station"],
    &["release", "publish"],
    &["county", "district"],
    &["region", "area"],
    &["state", "province"],
    &["spouse", "partner"],
    &["capacity", "seat"],
    &["level", "grade"],
    &["theme", "topic", "subject"],
    &["title", "heading"],
    &["longitude", "lng"],
    &["episode", "instalment"],
    &["document", "file"],
    &["comment", "remark", "note"],
    &["message", "msg"],
    &["reservation", "booking"],
    &["guest", "visitor"],
    &["room", "suite"],
    &["dog", "puppy"],
    &["pet", "animal"],
    &["transaction", "deal"],
    &["injury", "wound"],
    &["bonus", "incentive"],
    &["tournament", "competition", "contest"],
    &["road", "street"],
    &["lake", "pond"],
    &["mountain", "peak"],
    &["residence", "dwelling"],
    &["brand", "make"],
    &["code", "abbreviation"],
    &["dollar", "usd"],
    &["horsepower", "hp"],
    &["attendance", "attendee"],
    &["hometown", "birthplace"],
    &["cartoon", "animation"],
    &["treatment", "therapy"],
    &["professional", "specialist", "expert"],
    &["district", "borough"],
];

/// Words that may stand for each other where nothing fits better.
#[rustfmt::skip]
const WEAK: &[&[&str]] = &[
    &["name", "title"],
    &["revenue", "total", "amount"],
    &["sale", "total", "amount"],
    &["spend", "spending", "spent", "revenue", "total", "amount"],
    &["date", "day", "time"],
    &["person", "people", "individual", "human"],
    &["company", "manufacturer"],
    &["location", "address", "city"],
    &["cost", "amount", "charge", "fee", "expense"],
    &["size", "area", "length", "capacity"],
    &["job", "position", "title"],
    &["nation", "nationality", "citizenship", "country"],
    &["quantity", "number", "count"],
    &["unit", "piece", "quantity"],
    &["qualification", "degree"],
    &["medal", "award"],
    &["result", "outcome"],
    &["share", "percentage", "percent", "proportion"],
    &["rate", "percentage", "percent"],
    &["status", "state"],
];

/// Short forms in identifiers and what they stand for.
#[rustfmt::skip]
const SHORT: &[(&str, &[&str])] = &[
    ("fname", &["first", "name"]), ("lname", &["last", "name"]), ("mname", &["middle", "name"]),
    ("firstname", &["first", "name"]), ("lastname", &["last", "name"]), ("fullname", &["full", "name"]),
    ("surname", &["last", "name"]), ("dob", &["date", "of", "birth"]), ("birthdate", &["birth", "date"]),
    ("birthday", &["birth", "date"]), ("birthplace", &["birth", "place"]),
    ("num", &["number"]), ("nbr", &["number"]), ("no", &["number"]), ("nr", &["number"]),
    ("qty", &["quantity"]), ("amt", &["amount"]), ("desc", &["description"]), ("descr", &["description"]),
    ("addr", &["address"]), ("dept", &["department"]), ("emp", &["employee"]), ("mgr", &["manager"]),
    ("cust", &["customer"]), ("prod", &["product"]), ("cat", &["category"]), ("pct", &["percentage"]),
    ("perc", &["percentage"]), ("avg", &["average"]), ("max", &["maximum"]), ("min", &["minimum"]),
    ("lat", &["latitude"]), ("lon", &["longitude"]), ("long", &["longitude"]), ("lng", &["longitude"]),
    ("tel", &["telephone"]), ("org", &["organization"]), ("acct", &["account"]), ("acc", &["account"]),
    ("lang", &["language"]), ("pop", &["population"]), ("mpg", &["mile", "per", "gallon"]),
    ("yr", &["year"]), ("hr", &["hour"]), ("hrs", &["hour"]), ("temp", &["temperature"]), ("tot", &["total"]),
    ("cnt", &["count"]), ("img", &["image"]), ("pic", &["picture"]), ("msg", &["message"]), ("loc", &["location"]),
    ("ref", &["reference"]), ("pos", &["position"]), ("sal", &["salary"]), ("univ", &["university"]),
    ("tv", &["television"]), ("txn", &["transaction"]), ("trans", &["transaction"]), ("inv", &["invoice"]),
    ("ord", &["order"]), ("pmt", &["payment"]), ("ssn", &["social", "security", "number"]), ("exp", &["experience"]),
    ("prof", &["professor"]), ("elev", &["elevation"]), ("abbr", &["abbreviation"]), ("pub", &["publication"]),
    ("auth", &["author"]), ("ppl", &["people"]), ("gov", &["government"]), ("mfg", &["manufacturing"]),
    ("bday", &["birth", "date"]), ("ht", &["height"]), ("wt", &["weight"]), ("info", &["information"]),
    ("temps", &["temperature"]), ("stats", &["statistics"]), ("hq", &["headquarters"]), ("pts", &["point"]),
    ("ctry", &["country"]), ("nm", &["name"]), ("usr", &["user"]), ("tkt", &["ticket"]), ("pln", &["plan"]), ("evt", &["event"]),
    ("feat", &["feature"]), ("prio", &["priority"]), ("meth", &["method"]), ("sub", &["subscription"]), ("dt", &["date"]),
    ("cre", &["created"]), ("crt", &["created"]), ("upd", &["updated"]), ("del", &["deleted"]), ("iss", &["issued"]), ("asg", &["assigned"]),
    ("seg", &["segment"]), ("mth", &["month"]), ("proj", &["project"]), ("dev", &["developer"]), ("rel", &["release"]), ("vers", &["version"]),
    ("lic", &["license"]), ("agr", &["agreement"]), ("contr", &["contract"]), ("opp", &["opportunity"]), ("rgn", &["region"]), ("curr", &["currency"]),
    ("lft", &["left"]), ("hrd", &["hired"]), ("opn", &["opened"]), ("cls", &["closed"]), ("prc", &["price"]), ("typ", &["type"]),
    ("wgt", &["weight"]), ("dur", &["duration"]), ("rcv", &["received"]), ("dlv", &["delivered"]), ("bkd", &["booked"]), ("cty", &["city"]),
    ("stat", &["status"]), ("sts", &["status"]), ("pymt", &["payment"]), ("svc", &["service"]), ("subs", &["subscription"]), ("rep", &["representative"]),
];

/// The words that a short form in an identifier stands for.
pub fn spelled_out(word: &str) -> Option<&'static [&'static str]> {
    SHORT.iter().find(|(short, _)| *short == word).map(|(_, words)| *words)
}

/// All words that have a synonym, each as often as it stands in a group.
pub fn words_with_synonyms() -> impl Iterator<Item = &'static str> {
    STRONG.iter().chain(WEAK).flat_map(|group| group.iter().copied())
}

type Groups = HashMap<&'static str, Vec<&'static str>>;

/// The words that may stand for a singular noun, true synonyms and then weak ones.
pub fn synonyms(word: &str) -> [&'static [&'static str]; 2] {
    static TABLES: OnceLock<[Groups; 2]> = OnceLock::new();
    let tables = TABLES.get_or_init(|| [table(STRONG), table(WEAK)]);
    tables.each_ref().map(|table| table.get(word).map_or(&[] as &[&str], Vec::as_slice))
}

/// The stems of the words that may stand for the words of a stem, true synonyms and then weak ones.
pub fn synonyms_of_stem(stem: &str) -> [&'static [String]; 2] {
    static TABLES: OnceLock<[HashMap<String, Vec<String>>; 2]> = OnceLock::new();
    let tables = TABLES.get_or_init(|| [stems(STRONG), stems(WEAK)]);
    tables.each_ref().map(|table| table.get(stem).map_or(&[] as &[String], Vec::as_slice))
}

fn stems(groups: &[&[&str]]) -> HashMap<String, Vec<String>> {
    let stem = |word: &str| crate::stem(&crate::singular(word));
    let mut table: HashMap<String, Vec<String>> = HashMap::new();
    for group in groups {
        for word in *group {
            let others = group.iter().filter(|other| *other != word).map(|other| stem(other));
            table.entry(stem(word)).or_default().extend(others);
        }
    }
    table
}

fn table(groups: &'static [&'static [&'static str]]) -> Groups {
    let mut table = Groups::new();
    for group in groups {
        for word in *group {
            let others = group.iter().filter(|other| *other != word);
            table.entry(word).or_default().extend(others);
        }
    }
    table
}
