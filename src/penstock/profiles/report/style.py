"""How the report looks: light or dark as the reader's system is, from a phone to a wide screen."""

CSS = """
:root{color-scheme:light dark;--page:#f6f7f7;--card:#fff;--line:#e2e6e6;--text:#1b2424;--dim:#647272;--accent:#0f766e;
--soft:#cfe7e4;--warn:#9a4a07;--warn-soft:#fdeed9;--minus:#b4532a;--note:#3b5b6d;--note-soft:#e6eef3}
@media(prefers-color-scheme:dark){:root{--page:#121717;--card:#1a2121;--line:#2c3636;--text:#e4ebea;--dim:#94a3a3;
--accent:#2fb5a6;--soft:#1f4743;--warn:#f3b36b;--warn-soft:#3d2b14;--minus:#e08a5e;--note:#a9c6d8;--note-soft:#22303a}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1120px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 4px;overflow-wrap:anywhere;letter-spacing:-.01em}
h2{font-size:1.1rem;margin:40px 0 12px}
.dim,.sub{color:var(--dim)}.sub{margin:0 0 20px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:10px}
.tile{padding:12px 16px}.tile b{display:block;font-size:1.35rem;line-height:1.25;font-weight:600}
.tile span{color:var(--dim);font-size:.85rem}
.card{margin:0 0 10px}.pad{padding:14px 16px}
.badge{display:inline-block;font-size:.74rem;line-height:1.5;padding:1px 8px;border-radius:20px;
background:var(--note-soft);color:var(--note);white-space:nowrap}
.badge.warning{background:var(--warn-soft);color:var(--warn)}.badge.kind{background:none;border:1px solid var(--line);
color:var(--dim)}
.found{display:grid;grid-template-columns:150px 1fr;gap:8px 16px;align-items:baseline;margin:0}
.found dt{margin:0}.found dd{margin:0;overflow-wrap:anywhere}
.found a,.list a{color:inherit;text-decoration-color:var(--line);text-underline-offset:3px}
.found a:hover,.list a:hover{text-decoration-color:currentColor}
.filter{width:100%;padding:9px 14px;margin:0 0 12px;font:inherit;color:inherit;background:var(--card);
border:1px solid var(--line);border-radius:10px}.filter:focus{outline:2px solid var(--accent);outline-offset:-1px}
details.card>summary{display:grid;grid-template-columns:minmax(0,1.3fr) minmax(0,1fr) minmax(0,1fr);gap:18px;
align-items:center;padding:12px 16px;cursor:pointer;list-style:none}
details.card>summary::-webkit-details-marker{display:none}
details.card>summary:hover{background:color-mix(in srgb,var(--soft) 25%,transparent);border-radius:10px}
details.card>summary:focus-visible{outline:2px solid var(--accent);border-radius:10px}
details.card[open]>summary .mini{visibility:hidden}
.title{font-weight:600;overflow-wrap:anywhere;margin-right:4px}
.badges{display:flex;flex-wrap:wrap;gap:5px;margin-top:4px}
.mini{height:38px}.mini .histogram{height:38px}
.brief{color:var(--dim);font-size:.87rem;text-align:right;overflow-wrap:anywhere}
.more{display:grid;grid-template-columns:minmax(0,1.5fr) minmax(0,1fr);gap:12px 32px;padding:4px 16px 18px}
.histogram{display:block;width:100%;height:150px;fill:var(--accent)}.histogram path:hover{opacity:.7}
.axis{display:flex;justify-content:space-between;gap:12px;color:var(--dim);font-size:.82rem;
border-top:1px solid var(--line);padding-top:4px}
.axis i{font-size:.78rem}
.bars>div{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1.1fr) 62px;gap:10px;align-items:center;
padding:1.5px 0}
.bars .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:.9rem}
.bars .share{color:var(--dim);font-size:.84rem;text-align:right}
.track,.meter{display:block;height:12px;background:color-mix(in srgb,var(--line) 55%,transparent);border-radius:3px;
overflow:hidden}
.track b,.meter b{display:block;height:100%;background:var(--accent);border-radius:3px}
.rest .track b{background:var(--dim);opacity:.45}.meter b.minus{background:var(--minus)}
.stripe{display:flex;gap:2px;height:14px;margin-top:12px;border-radius:3px;overflow:hidden;
background:color-mix(in srgb,var(--line) 55%,transparent)}
.stripe b{background:var(--accent)}.stripe b:nth-child(2){opacity:.75}.stripe b:nth-child(3){opacity:.55}
.stripe b:nth-child(n+4){opacity:.38}
table.stats{border-collapse:collapse;width:100%;font-size:.9rem;align-self:start}
table.stats td{padding:3px 0;border-bottom:1px solid var(--line);vertical-align:top}
table.stats tr:last-child td{border-bottom:0}
table.stats td:first-child{color:var(--dim);padding-right:14px;white-space:nowrap}
table.stats td:last-child{text-align:right;overflow-wrap:anywhere}
.notes{grid-column:1/-1;margin:0;padding:0;list-style:none;font-size:.9rem}
.notes li{padding:2px 0;overflow-wrap:anywhere}.notes .badge{margin-right:8px}
.split{columns:2 420px;column-gap:12px}
.split .card{margin:0 0 12px;break-inside:avoid}.split h3{font-size:.92rem;margin:0 0 10px;font-weight:600}
.list>div{display:grid;grid-template-columns:minmax(0,1fr) 110px 52px;gap:10px;align-items:center;padding:3px 0;
font-size:.9rem;overflow-wrap:anywhere}
.list .figure{color:var(--dim);text-align:right}
.scroll{overflow-x:auto}
table.heat{border-collapse:separate;border-spacing:2px;font-size:.78rem}
table.heat th{font-weight:400;color:var(--dim);text-align:right;padding-right:6px;max-width:150px;overflow:hidden;
text-overflow:ellipsis;white-space:nowrap}
table.heat tr:first-child th{vertical-align:bottom;padding:0;height:96px;max-width:24px}
table.heat tr:first-child th span{writing-mode:vertical-rl;transform:rotate(180deg);max-height:96px;overflow:hidden;
text-overflow:ellipsis;display:inline-block}
table.heat td{width:24px;min-width:18px;height:22px;border-radius:3px}
table.heat td.plus{background:color-mix(in srgb,var(--accent) calc(var(--s)*100%),var(--line))}
table.heat td.minus{background:color-mix(in srgb,var(--minus) calc(var(--s)*100%),var(--line))}
footer{margin-top:40px;color:var(--dim);font-size:.85rem}
[hidden]{display:none!important}
@media(max-width:720px){main{padding:20px 12px 48px}
.found{grid-template-columns:1fr;gap:2px}.found dd{margin-bottom:10px}
details.card>summary{grid-template-columns:minmax(0,1fr) 110px;gap:12px}.brief{grid-column:1/-1;text-align:left}
.more{grid-template-columns:minmax(0,1fr)}}
@media print{body{background:#fff}details.card,.tile{break-inside:avoid}.filter{display:none}}
"""

SCRIPT = """
const box=document.querySelector('.filter');
if(box){box.hidden=false;box.addEventListener('input',()=>{const wanted=box.value.trim().toLowerCase();
for(const card of document.querySelectorAll('details.card'))
card.hidden=wanted&&!card.dataset.words.toLowerCase().includes(wanted)})}
addEventListener('hashchange',show);show();
function show(){const card=location.hash.startsWith('#c')&&document.getElementById(location.hash.slice(1));
if(card&&card.tagName==='DETAILS'){card.open=true;card.scrollIntoView()}}
"""
