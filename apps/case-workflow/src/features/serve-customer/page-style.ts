/** The look of the page: readable on a phone, in the dark and on paper; no pictures, nothing fetched, no scripts. */
export const style = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#566173;--line:#d5dbe4;--paper:#f4f6f9;--card:#fff;--blue:#0a58ca;--blue-ink:#fff;--good:#14713d;--bad:#b3261e;--field:#eef1f6;
font:16px/1.55 system-ui,"Microsoft YaHei","PingFang SC","Noto Sans CJK SC",sans-serif;color:var(--ink);background:var(--paper)}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#a3afc0;--line:#3a4453;--paper:#12161c;--card:#1b212a;--blue:#7db1ff;--blue-ink:#0c1420;--good:#6fd39a;--bad:#ff8f86;--field:#262e3a}}
*{box-sizing:border-box}
body{margin:0}
main{max-width:46rem;margin:0 auto;padding:1.25rem 1rem 3rem}
header{display:flex;gap:1rem;align-items:baseline;justify-content:space-between}
h1{font-size:1.4rem;line-height:1.3;margin:.5rem 0;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:0 0 .25rem}
p{margin:.4rem 0;overflow-wrap:anywhere}
a{color:var(--blue)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.1rem 1.2rem;margin:1rem 0}
.soft{color:var(--soft);font-size:.92rem}
.alert{border-left:4px solid var(--bad)}
.good{border-left:4px solid var(--good)}
.said{white-space:pre-line;background:var(--field);border-radius:8px;padding:.6rem .8rem}
ol.tasks{list-style:none;margin:.8rem 0;padding:0}
ol.tasks>li{border-top:1px solid var(--line);padding:.8rem 0}
.task{display:grid;grid-template-columns:auto 1fr;gap:.2rem .75rem;align-items:start}
.task>input{width:1.4rem;height:1.4rem;margin:.1rem 0 0;accent-color:var(--blue)}
.task>label{overflow-wrap:anywhere;white-space:pre-line}
.task>div{grid-column:2}
.task details{margin:.2rem 0 .4rem}
.task summary{cursor:pointer;color:var(--blue);font-size:.92rem;padding:.2rem 0}
.task details ol{padding-left:1.4rem;margin:.2rem 0}
.words{display:block;font-size:.92rem;color:var(--soft)}
textarea{display:block;width:100%;font:inherit;color:inherit;background:var(--field);border:1px solid var(--line);border-radius:8px;padding:.5rem .7rem;margin-top:.2rem;resize:vertical}
fieldset{border:0;margin:1.1rem 0;padding:0;min-width:0}
legend{font-weight:600;padding:0;margin-bottom:.4rem}
.choices{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:.5rem}
.choices label{display:flex;gap:.6rem;align-items:center;border:1px solid var(--line);border-radius:8px;padding:.65rem .8rem;cursor:pointer}
.choices label:has(:checked){border-color:var(--blue);background:var(--field)}
.choices input{width:1.2rem;height:1.2rem;margin:0;flex:none;accent-color:var(--blue)}
.choices b{font-variant-numeric:tabular-nums}
button{font:inherit;line-height:1.3;padding:.7rem 1.6rem;border:1px solid var(--blue);border-radius:8px;background:var(--blue);color:var(--blue-ink);cursor:pointer}
:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin:.6rem 0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
@media (max-width:34rem){main{padding:.75rem .7rem 2rem}section{padding:.9rem .85rem}.choices{grid-template-columns:1fr}dl{grid-template-columns:1fr;gap:0 1rem}dd{margin-bottom:.4rem}button{width:100%}}
@media print{:root{--ink:#000;--soft:#333;--line:#999;--paper:#fff;--card:#fff;--field:#fff;color-scheme:light;font-size:11pt}button,nav{display:none}main{max-width:none;padding:0}}`;
