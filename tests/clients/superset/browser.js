// Superset in a browser: the question typed into SQL Lab and run, and the chart, each to a picture.
// node browser.js CHART DIRECTORY
'use strict';

const { chromium } = require('playwright-core');

const [chart, directory] = process.argv.slice(2);
const server = process.env.SUPERSET;
const QUESTION = "SELECT * FROM nl_query('revenue per month in 2025') AS t(month date, revenue numeric)";

function ok(what, holds) {
    console.log(`${holds ? 'ok' : 'NOT OK'} - ${what}`);
    if (!holds) process.exitCode = 1;
}

async function main() {
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 1300, height: 900 } });
    page.setDefaultTimeout(60000);
    try {
        // The login page's own beacon may overwrite the session that a login just made, so no page is open for it.
        await page.request.post(`${server}/login/`, { form: { username: 'admin', password: 'admin' } });
        await askInSqlLab(page);
        await showChart(page);
    } catch (problem) {
        await page.screenshot({ path: `${directory}/superset-failed.png` });
        throw problem;
    } finally {
        await browser.close();
    }
}

async function askInSqlLab(page) {
    await page.goto(`${server}/sqllab/?dbid=1&sql=${encodeURIComponent(QUESTION)}`);
    await page.getByText('Run', { exact: true }).first().click();
    await page.getByText('12 rows').first().waitFor();
    await page.screenshot({ path: `${directory}/superset-sqllab.png` });
    const text = await page.locator('body').innerText();
    ok('SQL Lab shows the answer in the browser', text.includes('2025-01-01') && text.includes('revenue'));
}

async function showChart(page) {
    await page.goto(`${server}/explore/?slice_id=${chart}&standalone=1`);
    await page.locator('[data-test="chart-container"] canvas, .chart-container canvas').first().waitFor();
    await page.waitForTimeout(4000);
    await page.screenshot({ path: `${directory}/superset-chart.png` });
    const drawn = await page.evaluate(() => {
        const canvas = document.querySelector('canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const colours = new Map();
        for (let at = 0; at < data.length; at += 4) {
            const colour = data.slice(at, at + 3).join();
            if (data[at + 3] === 255) colours.set(colour, (colours.get(colour) || 0) + 1);
        }
        // The bars are the largest area that is neither white, grey nor black.
        return Math.max(0, ...[...colours].filter(([colour]) => new Set(colour.split(',')).size > 1).map(([, count]) => count));
    });
    ok(`the chart has bars (${drawn} pixels)`, drawn > 10000);
}

main().catch((problem) => {
    console.log(`NOT OK - ${problem}`);
    process.exit(1);
});
