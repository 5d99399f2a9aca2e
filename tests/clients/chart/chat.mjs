// Drives docs/example/chat.html in Chromium: node chat.mjs URL DIR. CHROMIUM names another browser.
//
// Asks a question, a follow-up, one that nobody understands, and clicks a suggestion; looks at the answer, table, chart and SQL, and
// that what the database says is shown as text. The installed packages stand in for the scripts of the CDN.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [url, out] = process.argv.slice(2);
const installed = (path) => readFileSync(new URL(`node_modules/${path}`, import.meta.url), "utf8");
mkdirSync(out, { recursive: true });
const profile = mkdtempSync(join(tmpdir(), "nl2sql-chat-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
let failures = 0;
const problems = [];

function holds(what, found, wanted) {
  const fits = wanted instanceof RegExp ? wanted.test(found) : found === wanted;
  console.log(fits ? `ok - ${what}` : `NOT OK - ${what}: ${JSON.stringify(found)}`);
  failures += fits ? 0 : 1;
}

try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => problems.push(`thrown: ${error.message}`));
  page.on("dialog", (dialog) => { problems.push("a dialog"); return dialog.dismiss(); });
  await page.route("https://cdn.jsdelivr.net/npm/*", (route) => {
    const [name, version] = new URL(route.request().url()).pathname.split("/").pop().split("@");
    const found = JSON.parse(installed(`${name}/package.json`)).version;
    if (version !== found) problems.push(`${name} ${version} is named, ${found} is installed`);
    return route.fulfill({ contentType: "text/javascript", body: installed(`${name}/build/${name}.min.js`) });
  });
  await page.goto(url);
  const replies = page.locator(".reply");
  let count = 0;
  // The reply that comes next.
  const next = async () => {
    await replies.nth(count).locator(".message").waitFor({ timeout: 60_000 });
    return replies.nth(count++);
  };
  const ask = async (message) => {
    await page.fill("#message", message);
    await page.press("#message", "Enter");
    return next();
  };
  const message = (reply) => reply.locator(".message").innerText();

  let reply = await next();
  holds("it greets", await message(reply), /^Hello! Ask me/);
  holds("with questions to begin with", String(await reply.locator("button.next").count()), "5");

  reply = await ask("orders per month in 2025");
  holds("an answer in sentences", await message(reply), /^The number of orders in 2025 .* In all, there were 9,986 orders, /);
  await reply.locator(".chart canvas, .chart svg").first().waitFor({ timeout: 60_000 });
  holds("a chart", String(await reply.locator(".chart canvas, .chart svg").count()), "1");
  await reply.locator("summary", { hasText: "12 rows" }).click();
  holds("a table", String(await reply.locator("table tr").count()), "13");
  await reply.locator("summary", { hasText: "SQL" }).click();
  holds("the SQL", await reply.locator("pre").innerText(), /SELECT date_trunc\('month', ordered_at\)/);
  await page.screenshot({ path: join(out, "chat.png"), fullPage: true });

  holds("a follow-up", await message(await ask("and in 2024?")), /in 2024/);
  reply = await ask("orders that sparkle");
  holds("a question back", await reply.getAttribute("class"), "reply clarify");
  const [suggested] = await reply.locator("button.next").allInnerTexts();
  await reply.locator("button.next").first().click();
  reply = await next();
  holds(`a suggestion is answered: ${suggested}`, await reply.getAttribute("class"), "reply answer");

  reply = await ask("customers named '<img src=x onerror=alert(1)>'");
  holds("text stays text", String(await page.locator("#talk img").count()), "0");
  problems.forEach((problem) => holds("the page is well", problem, ""));
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
process.exit(failures ? 1 : 0);
