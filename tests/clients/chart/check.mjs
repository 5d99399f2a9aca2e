// Validates Vega-Lite specifications against the schema that Vega-Lite publishes, and renders each in Chromium.
//
//   ./check [--out DIR] [FILE…]     files of one specification each; without any, one per line of standard input
//   ./check [--out DIR] --page FILE   a page that draws one with scripts of a CDN, for which the installed packages stand in
//
// Writes DIR/<name>.png (DIR is ./pictures by default). Fails, naming the specification, where one does not conform, where
// Vega warns or throws, where it would load anything, where no mark has a place, or where a tooltip lacks its value.
// CHROMIUM names another browser.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { chromium } from "playwright-core";

const arguments_ = process.argv.slice(2);
let out = "pictures";
if (arguments_[0] === "--out") {
  out = arguments_[1];
  arguments_.splice(0, 2);
}

const pageFile = arguments_[0] === "--page" ? arguments_[1] : null;
const specifications = pageFile ? [] : arguments_.length
  ? arguments_.map((file) => ({ name: basename(file, ".json"), text: readFileSync(file, "utf8") }))
  : readFileSync(0, "utf8").split("\n").filter((line) => line.trim())
      .map((text, at) => ({ name: `line-${at + 1}`, text }));
if (!specifications.length && !pageFile) {
  console.error("no specification given");
  process.exit(1);
}

const ajv = new Ajv({ strict: false, allErrors: true, verbose: false });
addFormats(ajv);
ajv.addFormat("color-hex", true);
const installed = (path) => readFileSync(new URL(`node_modules/${path}`, import.meta.url), "utf8");
const validate = ajv.compile(JSON.parse(installed("vega-lite/build/vega-lite-schema.json")));

mkdirSync(out, { recursive: true });
const profile = mkdtempSync(join(tmpdir(), "nl2sql-chart-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM,
  headless: true,
  // West of Greenwich dates that were read as UTC and shown as local time would be a day early.
  timezoneId: "America/Los_Angeles",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
let failures = 0;
let seen = [];
try {
  if (pageFile) failures += await checkPage(pageFile);
  const page = await browser.newPage();
  page.on("pageerror", (error) => seen.push(`thrown: ${error.message}`));
  page.on("request", (request) => request.url().startsWith("data:") || seen.push(`loads ${request.url()}`));
  await page.setViewportSize({ width: 1000, height: 800 });
  await page.setContent("<!doctype html><meta charset=utf-8><style>#chart{margin:16px;display:inline-block}</style><div id=chart></div>");
  for (const library of ["vega", "vega-lite", "vega-embed"]) {
    await page.addScriptTag({ content: installed(`${library}/build/${library}.min.js`) });
  }
  for (const { name, text } of specifications) {
    const problems = await check(page, name, text);
    failures += problems.length ? 1 : 0;
    console.log(`${problems.length ? "FAIL" : "ok"}   ${name}`);
    problems.forEach((problem) => console.log(`       ${problem}`));
  }
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
if (!pageFile) console.log(`${specifications.length - failures} of ${specifications.length} specifications are valid and render`);
process.exit(failures ? 1 : 0);

// Opens a page and waits for its chart. The versions that it names have to be those that are installed. Returns 1 where
// that fails, else 0.
async function checkPage(file) {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(`thrown: ${error.message}`));
  await page.route("https://cdn.jsdelivr.net/npm/*", (route) => {
    const [name, version] = new URL(route.request().url()).pathname.split("/").pop().split("@");
    const found = JSON.parse(installed(`${name}/package.json`)).version;
    if (version !== found) problems.push(`${name} ${version} is named, ${found} is installed`);
    return route.fulfill({ contentType: "text/javascript", body: installed(`${name}/build/${name}.min.js`) });
  });
  await page.goto(pathToFileURL(file).href);
  try {
    await page.locator("#chart canvas").waitFor({ timeout: 60_000 });
    await page.screenshot({ path: join(out, "page.png") });
  } catch (error) {
    problems.push(`not drawn: ${error.message.split("\n")[0]}`);
  }
  console.log(`${problems.length ? "FAIL" : "ok"}   ${file}`);
  problems.forEach((problem) => console.log(`       ${problem}`));
  return problems.length ? 1 : 0;
}

// What is wrong with a specification, in words; nothing where it is fine.
async function check(page, name, text) {
  let specification;
  try {
    specification = JSON.parse(text);
  } catch (error) {
    return [`no json: ${error.message}`];
  }
  if (!validate(specification)) {
    return validate.errors.slice(0, 5).map((error) => `schema: ${error.instancePath || "/"} ${error.message}`);
  }
  seen = [];
  try {
    seen.push(...(await page.evaluate(render, specification)));
    await page.locator("#chart").screenshot({ path: join(out, `${name}.png`) });
  } catch (error) {
    seen.push(`not rendered: ${error.message.split("\n")[0]}`);
  }
  return seen;
}

// Runs in the browser.
async function render(specification) {
  const problems = [];
  const said = (level) => (...words) => problems.push(`${level}: ${words.join(" ")}`);
  const logger = { level: () => logger, error: said("error"), warn: said("warning"), info: () => logger, debug: () => logger };
  const { view } = await vegaEmbed("#chart", specification, { actions: false, renderer: "canvas", logger });
  await view.runAsync();
  const marks = (item) =>
    item.marktype
      ? item.items.flatMap((child) => (item.role === "mark" && item.marktype !== "group" ? [child] : marks(child)))
      : (item.items ?? []).flatMap(marks);
  const drawn = marks(view.scenegraph().root);
  if (!drawn.some((mark) => Number.isFinite(mark.x) && Number.isFinite(mark.y))) problems.push("nothing is drawn");
  for (const { tooltip } of drawn.filter((mark) => mark.tooltip != null)) {
    const entries = Object.entries(typeof tooltip === "object" ? tooltip : { value: tooltip });
    const missing = entries.find(([, value]) => /^(undefined|Invalid Date)$/.test(value));
    if (missing) {
      problems.push(`a tooltip says "${missing.join(": ")}"`);
      break;
    }
  }
  return problems;
}
