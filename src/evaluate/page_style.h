// How the page looks: light, dark and printed.
#pragma once

#include <string_view>

namespace syncnet::evaluate {

inline constexpr std::string_view kPageStyle = R"css(
:root{--paper:#fff;--ink:#1c2126;--soft:#5b6670;--line:#d9dee3;--wash:#f4f6f8;--good:#1a7f4b;
--bad:#b3261e;--s0:#2563a8;--s1:#c2570c;--s2:#1a7f5a;--s3:#8b3fa0;--s4:#a3781a;--s5:#5b6670}
@media (prefers-color-scheme:dark){:root{--paper:#14181c;--ink:#e4e8eb;--soft:#9aa5ae;
--line:#333b43;--wash:#1d2329;--good:#5cc990;--bad:#f08a80;--s0:#7ab2ee;--s1:#f0a060;--s2:#63cda3;
--s3:#cf95e0;--s4:#dcb75a;--s5:#9aa5ae}}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--wash:#fff;--good:#0b5c33;
--bad:#8c1710;--s0:#174a85;--s1:#a84300;--s2:#0f6244;--s3:#6b2480;--s4:#7d5a08;--s5:#444}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2.5rem 1.5rem 4rem;max-width:74rem;background:var(--paper);
color:var(--ink);font:15px/1.55 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .3rem;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:0 0 .6rem;padding-top:2.2rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.6rem 0 .4rem}
section{margin-top:2.2rem}
p{max-width:46rem;margin:.4rem 0 .8rem}
p,li{hyphens:auto}
.lead{color:var(--soft);font-size:1.05rem}
nav{font-size:.9rem;color:var(--soft);margin:1.2rem 0 0;display:flex;flex-wrap:wrap;gap:.2rem 1rem}
a{color:var(--s0);text-decoration:none}a:hover{text-decoration:underline}
code{font:0.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.2rem;margin:1.2rem 0;
font-size:.92rem}
dt{color:var(--soft)}dd{margin:0;min-width:0}
.scroll{overflow-x:auto;margin:.6rem 0 1rem}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.34rem .75rem .34rem 0;text-align:left;border-bottom:1px solid var(--line);
vertical-align:baseline;white-space:nowrap}
thead th{font-weight:600;color:var(--soft);border-bottom:1.5px solid var(--soft)}
tbody th{font-weight:400}
table.wrap th{white-space:normal}
.ci{color:var(--soft);font-size:.85em;white-space:nowrap}
.none{color:var(--soft);font-style:italic}
.met{color:var(--good);font-weight:600}.missed{color:var(--bad);font-weight:600}
.tiles{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.4rem 0 0}
.tile{background:var(--wash);border:1px solid var(--line);border-radius:8px;padding:.7rem 1.1rem;
min-width:9.5rem}
.tile b{display:block;font-size:1.5rem;line-height:1.25;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:.85rem}
.figures{display:flex;flex-wrap:wrap;gap:1.2rem 1.6rem;margin:.8rem 0}
figure{margin:0;max-width:100%;break-inside:avoid}
figcaption{font-weight:600;font-size:.9rem;margin-bottom:.2rem}
svg{display:block;max-width:100%;height:auto}
.legend{list-style:none;margin:.1rem 0 0;padding:0 0 0 3.6rem;width:0;min-width:100%;display:flex;flex-wrap:wrap;
gap:.1rem 1rem;font-size:.82rem;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:.4rem}
svg text{fill:var(--soft);font-size:11px;font-family:inherit}
.grid{stroke:var(--line);fill:none}.axis{stroke:var(--soft);fill:none}
.rule{stroke:var(--soft);stroke-dasharray:2 3;fill:none}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}.dashed{stroke-dasharray:5 4}
.whisker{fill:none;stroke-width:1.2;opacity:.7}.band{stroke:none;opacity:.16}
.bar{stroke:none;opacity:.75}.dot{stroke:var(--paper);stroke-width:1}
.line.s0,.whisker.s0{stroke:var(--s0)}.band.s0,.bar.s0,.dot.s0{fill:var(--s0)}
.line.s1,.whisker.s1{stroke:var(--s1)}.band.s1,.bar.s1,.dot.s1{fill:var(--s1)}
.line.s2,.whisker.s2{stroke:var(--s2)}.band.s2,.bar.s2,.dot.s2{fill:var(--s2)}
.line.s3,.whisker.s3{stroke:var(--s3)}.band.s3,.bar.s3,.dot.s3{fill:var(--s3)}
.line.s4,.whisker.s4{stroke:var(--s4)}.band.s4,.bar.s4,.dot.s4{fill:var(--s4)}
.line.s5,.whisker.s5{stroke:var(--s5)}.band.s5,.bar.s5,.dot.s5{fill:var(--s5)}
footer{margin-top:3rem;color:var(--soft);font-size:.85rem}
@media print{body{padding:0;max-width:none;font-size:10pt}table{font-size:7.5pt}nav{display:none}section{margin-top:1rem}
h2{break-after:avoid}tr{break-inside:avoid}a{color:inherit}.scroll{overflow:visible}}
)css";

}  // namespace syncnet::evaluate
