/** The style of the page of a package. */
export const packageStyle = `
:root { color-scheme: light dark; --dim: #66707a; --line: #d5dae0; --mark: #fff4d6; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --dim: #9aa4ae; --line: #3a424a; --mark: #3b3320; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif; overflow-wrap: anywhere; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; line-height: 1.3; margin: .2rem 0 .6rem; }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
h4 { font-size: .9rem; margin: .6rem 0 .2rem; }
.eyebrow, .dim { color: var(--dim); }
.eyebrow { margin: 0; font-size: .85rem; }
.dim { font-size: .9em; }
.pill { border: 1px solid var(--line); border-radius: 1rem; padding: .05rem .6rem; font-size: .85rem; }
.bad { color: var(--bad); }
section.first { background: var(--mark); padding: .1rem .9rem .6rem; border-radius: .5rem; margin-top: .8rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem .25rem 0; border-bottom: 1px solid var(--line); }
.facts th { width: 11rem; font-weight: 600; }
.when { width: 12rem; white-space: normal; }
.hash { display: block; font-size: .75rem; color: var(--dim); }
blockquote { margin: .2rem 0; padding-left: .7rem; border-left: 3px solid var(--line); white-space: pre-wrap; }
pre { margin: .2rem 0; overflow-x: auto; font-size: .8rem; }
ul, ol { margin: .2rem 0; padding-left: 1.4rem; }
footer { margin-top: 2rem; color: var(--dim); font-size: .85rem; }
@media (max-width: 40rem) { .facts th, .when { width: 7rem; } }
@media print {
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  section, article, tr, blockquote { break-inside: avoid; }
  section { break-inside: auto; }
  h2, h3 { break-after: avoid; }
  pre { white-space: pre-wrap; }
}
`;
