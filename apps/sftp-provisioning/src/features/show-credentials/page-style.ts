/** The look of the page: readable on a phone, in the dark and on paper; no pictures, nothing fetched. */
export const style = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#566173;--line:#d5dbe4;--paper:#f4f6f9;--card:#fff;--blue:#0a58ca;--blue-ink:#fff;--good:#14713d;--warn:#8a4b00;--bad:#b3261e;--field:#eef1f6;
font:16px/1.55 system-ui,"Microsoft YaHei","PingFang SC","Noto Sans CJK SC",sans-serif;color:var(--ink);background:var(--paper)}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#a3afc0;--line:#3a4453;--paper:#12161c;--card:#1b212a;--blue:#7db1ff;--blue-ink:#0c1420;--good:#6fd39a;--warn:#ffb661;--bad:#ff8f86;--field:#262e3a}}
*{box-sizing:border-box}
body{margin:0}
main{max-width:52rem;margin:0 auto;padding:1.25rem 1rem 3rem}
header{display:flex;gap:1rem;align-items:baseline;justify-content:space-between;margin-bottom:.5rem}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.15rem;margin:0 0 .25rem}
h3{font-size:1rem;margin:1.4rem 0 .4rem}
p{margin:.4rem 0}
a{color:var(--blue)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.1rem 1.2rem;margin:1rem 0}
.soft{color:var(--soft);font-size:.92rem}
.alert{border-left:4px solid var(--bad)}
button,.button{display:inline-block;font:inherit;line-height:1.3;padding:.6rem 1.2rem;border:1px solid var(--blue);border-radius:8px;background:var(--blue);color:var(--blue-ink);cursor:pointer;text-decoration:none}
button.quiet,.button.quiet{background:transparent;color:var(--blue);border-color:var(--line);padding:.3rem .75rem;font-size:.9rem}
button:disabled{opacity:.5;cursor:default}
:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
code,pre,.mono{font-family:ui-monospace,Consolas,Menlo,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:.93rem;overflow-wrap:anywhere}
code{user-select:all}
pre{margin:.4rem 0;padding:.75rem .9rem;background:var(--field);border-radius:8px;white-space:pre-wrap}
dl.facts{display:grid;grid-template-columns:max-content 1fr;margin:.8rem 0 0}
dl.facts>div{display:grid;grid-template-columns:subgrid;grid-column:1/-1;border-top:1px solid var(--line);padding:.5rem 0;align-items:center}
dl.facts dt{color:var(--soft);padding-right:1.25rem;align-self:start;line-height:2}
dl.facts dd{margin:0;display:flex;flex-wrap:wrap;gap:.3rem .75rem;align-items:center;justify-content:space-between;min-width:0}
dl.facts dd>code{font-size:1rem;min-width:0}
dl.facts .note{flex-basis:100%}
details{border-top:1px solid var(--line)}
details>summary{cursor:pointer;padding:.8rem 0;font-weight:600}
details>div{padding-bottom:1rem}
ol{padding-left:1.4rem;margin:.4rem 0}
.line{display:flex;gap:.6rem;align-items:flex-start}
.line>pre{flex:1;min-width:0}
.line>button{margin-top:.6rem;flex:none}
figure{margin:.9rem 0;border:1px solid var(--line);border-radius:9px;overflow:hidden;background:var(--card);max-width:34rem}
figcaption{background:var(--field);padding:.35rem .8rem;font-size:.88rem;font-weight:600;border-bottom:1px solid var(--line)}
figure .window{padding:.8rem;display:grid;grid-template-columns:max-content 1fr;gap:.45rem .8rem;align-items:center;font-size:.92rem}
figure .window>.label{color:var(--soft)}
figure .window>.box{border:1px solid var(--line);border-radius:4px;background:var(--field);padding:.15rem .5rem;min-width:0;overflow-wrap:anywhere}
figure .window>.wide{grid-column:1/-1}
figure .press{grid-column:1/-1;justify-self:end;border:1px solid var(--blue);border-radius:4px;padding:.15rem .9rem;color:var(--blue);font-weight:600}
.terminal{background:#10151d;color:#e4e9f0;padding:.8rem .9rem;margin:0;border-radius:0}
.terminal b{color:#8fd0ff;font-weight:600}
#drop{border:2px dashed var(--line);border-radius:10px;padding:1.4rem 1rem;text-align:center;margin-top:.8rem}
#drop.over{border-color:var(--blue);background:var(--field)}
#drop p{margin:.2rem 0 .6rem}
#files{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
ul#arrivals{list-style:none;margin:.6rem 0 0;padding:0}
ul#arrivals>li{border-top:1px solid var(--line);padding:.65rem 0;display:grid;grid-template-columns:1fr auto;gap:.15rem .8rem;align-items:center}
#arrivals .name{font-weight:600;overflow-wrap:anywhere}
#arrivals .state{font-size:.9rem;white-space:nowrap}
#arrivals .state.good{color:var(--good)}
#arrivals .state.warn{color:var(--warn)}
#arrivals .state.bad{color:var(--bad)}
#arrivals .detail{color:var(--soft);font-size:.9rem;font-variant-numeric:tabular-nums}
#arrivals .actions{display:flex;gap:.4rem;justify-content:flex-end;flex-wrap:wrap}
#arrivals progress{grid-column:1/-1;width:100%;height:.5rem;accent-color:var(--blue)}
#message{margin:.7rem 0 0;color:var(--bad)}
#message:empty{display:none}
[hidden]{display:none!important}
footer{margin-top:1.5rem}
@media (max-width:34rem){main{padding:.75rem .7rem 2rem}section{padding:.9rem .85rem}
dl.facts{grid-template-columns:1fr}dl.facts dt{padding:0}dl.facts>div{gap:.1rem}
ul#arrivals>li{grid-template-columns:1fr}#arrivals .state{white-space:normal}#arrivals .actions{justify-content:flex-start}
.line{flex-wrap:wrap}.line>pre{flex-basis:100%}.line>button{margin-top:0}}
@media print{:root{--ink:#000;--soft:#333;--line:#999;--paper:#fff;--card:#fff;--field:#fff;--blue:#000;color-scheme:light;font-size:11pt}
button,.button,#upload,header nav{display:none!important}section,figure{border-radius:0}figure,.line,dl.facts>div{break-inside:avoid}h2,h3,summary{break-after:avoid}main{max-width:none;padding:0}
.terminal{background:#fff;color:#000;border:1px solid #999}.terminal b{color:#000}}`;
