"""How the page of an evaluation looks, by day and by night."""

STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --faint: #67727e; --grid: #e3e7ec; --paper: #ffffff;
  --back: #f5f7f8; --model: #0f8577; --bad: #c2511f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --faint: #98a3af; --grid: #36404b; --paper: #1b222a;
  --back: #12171d; --model: #2bb3a2; --bad: #f0854e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans",
  "Noto Sans CJK SC", "Noto Color Emoji", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; margin: 0 0 4px; overflow-wrap: anywhere; } h2 { font-size: 19px; margin: 38px 0 12px; }
h3 { font-size: 15px; margin: 22px 0 8px; } p { margin: 6px 0; } .faint { color: var(--faint); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 14px; margin: 20px 0; }
.card, figure, .table { background: var(--paper); border: 1px solid var(--grid); border-radius: 10px; }
.card { padding: 14px 16px; } .card b { display: block; font-size: 27px; line-height: 1.25; color: var(--model); }
.card small { color: var(--faint); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(430px, 100%), 1fr)); gap: 14px; }
figure { margin: 0; padding: 12px; min-width: 0; } figure.wide { grid-column: 1 / -1; }
figure svg { display: block; width: 100%; height: auto; margin: 0 auto; }
svg text { font-family: system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif !important; }
.figures + .table, .notes + .table { margin-top: 14px; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 6px 12px; border-bottom: 1px solid var(--grid); vertical-align: top; }
tr:last-child td { border-bottom: 0; } th { color: var(--faint); font-weight: 600; white-space: nowrap; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; } tr.small td { color: var(--faint); }
tr.bad td:last-child { color: var(--bad); font-weight: 600; } .interval { color: var(--faint); }
ul.notes { background: var(--paper); border: 1px solid var(--grid); border-left: 4px solid var(--bad);
  border-radius: 8px; margin: 16px 0; padding: 10px 14px 10px 32px; } td.values { min-width: 320px; }
code { font-size: 13px; }
"""
