/** The look of the report: light and dark, for screens of any width and for paper. */
export const reportStyle = `
:root{color-scheme:light dark;
--page:#f6f7f9;--card:#fff;--ink:#1a2029;--dim:#5b6675;--line:#dfe4ea;--soft:#eef1f5;
--bad:#b3261e;--bad-soft:#fdeceb;--warn:#8a5200;--warn-soft:#fff2dc;--good:#1b6e3c;--good-soft:#e4f4ea;
--context:#1f5fd0;--unwind:#1b7f52;--chained:#a76500;--pointer:#7a43b6;--scan:#8b95a3;
--third:#d9622b;--ms:#6f87a8;--unsaid:#b9c2cd;--held:#2f6fd6}
@media (prefers-color-scheme:dark){:root{
--page:#12161c;--card:#1a2028;--ink:#e6eaf0;--dim:#9aa6b5;--line:#2c3540;--soft:#222a34;
--bad:#ff8a80;--bad-soft:#3a1d1d;--warn:#ffc46b;--warn-soft:#382a14;--good:#7fd6a1;--good-soft:#17301f;
--context:#6ea2ff;--unwind:#4fc58c;--chained:#e3a54a;--pointer:#b98cf0;--scan:#6d7888;
--third:#ff915c;--ms:#7d95b6;--unsaid:#4a5563;--held:#6ea2ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:1120px;margin:0 auto;padding:28px 20px 48px}
h1,h2,h3{line-height:1.25;margin:0}h1{font-size:26px;overflow-wrap:anywhere}h2{font-size:18px;margin-bottom:10px}
h3{font-size:12px;font-weight:600;letter-spacing:.05em;color:var(--dim);text-transform:uppercase}
p{margin:6px 0}code,.mono{font:13px/1.5 ui-monospace,"Cascadia Mono",Consolas,Menlo,"DejaVu Sans Mono","Liberation Mono",monospace}
code,li,dd{overflow-wrap:anywhere}td{overflow-wrap:break-word}
.eyebrow{color:var(--dim);font-size:13px;margin:0 0 6px;overflow-wrap:anywhere}
.lead{font-size:16px;color:var(--dim);margin:6px 0 0}
.cards{display:grid;grid-template-columns:1.3fr 1fr 1fr;gap:14px;margin:20px 0}
section,.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px}
section{margin:14px 0}
.big{font-size:18px;font-weight:650;margin:4px 0;overflow-wrap:anywhere}
.card ul,section ul{margin:8px 0 0;padding-left:18px;font-size:14px}.card li+li{margin-top:4px}
.dim,.hint{color:var(--dim)}.hint{font-size:13px;margin:0 0 10px}
.pill{display:inline-block;padding:1px 9px;border-radius:99px;font-size:12.5px;font-weight:600;background:var(--soft);color:var(--dim)}
.pill.bad{background:var(--bad-soft);color:var(--bad)}.pill.warn{background:var(--warn-soft);color:var(--warn)}
.pill.good{background:var(--good-soft);color:var(--good)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(235px,1fr));gap:10px 18px;margin:0}
dt{font-size:12px;color:var(--dim)}dd{margin:0}
.scroll{overflow-x:auto;margin-top:12px}table{border-collapse:collapse;width:100%;font-size:14px}
th{font-size:12px;font-weight:600;text-align:left;color:var(--dim);border-bottom:1px solid var(--line);padding:4px 12px 4px 0;white-space:nowrap}
td{padding:5px 12px 5px 0;border-bottom:1px solid var(--soft);vertical-align:top}
td.mono,th.right,td.right{white-space:nowrap}td.right,th.right{text-align:right}
tr:last-child td{border-bottom:0}
tbody tr.third td:first-child{box-shadow:inset 3px 0 var(--third);padding-left:10px;font-weight:600}
tbody tr:not(.third) td:first-child{padding-left:10px}thead th:first-child{padding-left:10px}
.frames{list-style:none;margin:0;padding:0}
.frames li{font-size:14px;display:grid;grid-template-columns:26px 128px minmax(0,1fr) auto;gap:2px 12px;align-items:center;padding:5px 0;border-bottom:1px solid var(--soft)}
.frames li:last-child{border-bottom:0}.frames .no{color:var(--dim);font-size:12px;text-align:right}
.frames .third{color:var(--third);font-weight:650}.frames .symbol{color:var(--dim)}
.trust{display:flex;align-items:center;gap:8px;font-size:12px;color:var(--dim);white-space:nowrap}
.trust svg{flex:none}
.key{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:12.5px;color:var(--dim);margin:10px 0 0;padding:0;list-style:none}
.key li{display:flex;align-items:center;gap:6px;margin:0!important}.key i{width:11px;height:11px;border-radius:3px}
svg.strip{display:block;width:100%;height:60px;border-radius:6px}
.axis{display:flex;justify-content:space-between;gap:12px;color:var(--dim);font-size:12px;margin-top:4px}
.registers{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:2px 20px}
.registers div{display:grid;grid-template-columns:4.2em minmax(0,1fr);overflow-wrap:anywhere}
.registers b{font-weight:500;color:var(--dim)}
details{margin-top:12px}summary{cursor:pointer;color:var(--dim);font-size:14px;padding:2px 0}
details[open] summary{margin-bottom:6px}
.fill-context{fill:var(--context);background:var(--context)}.fill-unwind{fill:var(--unwind);background:var(--unwind)}
.fill-cfi-chained{fill:var(--chained);background:var(--chained)}.fill-frame-pointer{fill:var(--pointer);background:var(--pointer)}
.fill-scan{fill:var(--scan);background:var(--scan)}.fill-track{fill:var(--soft)}
.fill-third{fill:var(--third);background:var(--third)}.fill-ms{fill:var(--ms);background:var(--ms)}
.fill-unsaid{fill:var(--unsaid);background:var(--unsaid)}.fill-held{fill:var(--held);background:var(--held)}
.fill-ink{fill:var(--ink)}
.parameters td{overflow-wrap:anywhere}.parameters td:last-child{min-width:9em}.stamp,.stamp code{white-space:nowrap}
.dumps{margin:0;padding-left:22px}.dumps li{padding:5px 0;font-size:14px}.dumps b,.dumps .dim{margin-left:10px}
a{color:var(--context)}article+article{border-top:2px solid var(--line);margin-top:40px}article{padding-top:22px}
.sign{display:grid;grid-template-columns:auto minmax(0,1fr);gap:4px 14px}
footer{color:var(--dim);font-size:12.5px;margin-top:18px}
@media (max-width:860px){.cards{grid-template-columns:1fr}main{padding:18px 14px 32px}h1{font-size:21px}}
@media (max-width:620px){.parameters td.mono{white-space:normal;min-width:9em}.dumps b,.dumps .dim{display:block;margin-left:0}
.frames li{grid-template-columns:22px minmax(0,1fr) auto}
.frames .what{grid-column:2/4;grid-row:1}.frames .trust{grid-column:2;grid-row:2}.frames .address{grid-column:3;grid-row:2}
section,.card{padding:13px 13px}dl{grid-template-columns:1fr 1fr}.rare{display:none}.wide{min-width:520px}}
@page{margin:14mm}
@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--dim:#444;--line:#bbb;--soft:#eee}
body,.card ul,section ul,.frames li,table,.dumps li,summary{font-size:11px}code,.mono{font-size:10px}
h1{font-size:19px}h2{font-size:13px;margin-bottom:6px}.big{font-size:13px}.lead{font-size:12px}h3,dt,th,.hint,.trust,.pill,.key,.axis,footer{font-size:10px}
main{max-width:none;padding:0}section,.card{border-radius:0;padding:8px 10px;margin:8px 0}.card{margin:0}
.cards{grid-template-columns:1.3fr 1fr 1fr;gap:8px;margin:10px 0}dl{grid-template-columns:repeat(4,1fr);gap:6px 12px}
.frames li{grid-template-columns:26px 128px minmax(0,1fr) auto;padding:2px 0}td{padding:2px 10px 2px 0}
.frames .what,.frames .trust,.frames .address{grid-column:auto;grid-row:auto}.rare{display:table-cell}
svg.strip{height:40px}.registers{grid-template-columns:repeat(3,1fr)}article{break-before:page;padding-top:0}a{color:inherit}
section,tr,.frames li,.card,.dumps li{break-inside:avoid}h2,.hint,svg.strip,summary{break-after:avoid}section.long{break-inside:auto}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
details::details-content{content-visibility:visible;display:block;height:auto}summary{list-style:none}.scroll{overflow:visible}}
`.trim();
