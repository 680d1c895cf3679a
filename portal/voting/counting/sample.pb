META
key;value
description;Made-up participatory budget for trying things out
country;Estonia
unit;Sundhaven
instance;2031
num_projects;12
num_votes;60
budget;30000
vote_type;approval
rule;greedy
date_begin;01.05.2031
date_end;31.05.2031
min_length;1
max_length;5
language;en
currency;EUR
comment;#1: Every project and every ballot in this file is invented.
PROJECTS
project_id;cost;votes;name;category;selected
MR/12;3600;23;Benches every 200 metres;public space;1
HB/02;4200;22;Swimming ladder and shower on the east pier;sport,public space;1
NF/05;14000;22;Night bus for the Northfield, one year;public transit and roads;1
MR/04;2400;21;Repair café in the tram shed;culture;1
MR/03;6500;21;Shade trees for Market Row;urban greenery;0
DK/08;3000;18;"Open-air cinema ""Under the crane""";culture;1
DK/09;5600;17;Safe crossing at Dyke Road school;public transit and roads;0
HB/01;1800;11;"Drinking fountain at the old harbour; with a bowl for dogs";public space;1
NF/07;8800;11;Play stream and water pump;sport;0
HB/11;1275.05;9;Mural of the four districts;culture;0
NF/06;1550;6;Northfield tool library;culture;0
DK/10;420;4;Bee hotels along the dyke;urban greenery;1
VOTES
voter_id;vote
1;MR/03,MR/04,MR/12
2;MR/03,MR/04
3;HB/02,NF/07
4;DK/08,HB/02,MR/03,MR/04,MR/12
5;DK/09,NF/05
6;HB/01,MR/03,MR/04,MR/12,NF/05
7;HB/02,MR/12,NF/05
8;MR/04,MR/12
9;HB/11,MR/12,NF/05
10;DK/10,NF/05
11;DK/09,HB/11,MR/03,NF/07
12;DK/08,HB/01,HB/02
13;MR/03
14;DK/09,HB/01,HB/11,MR/12,NF/05
15;DK/08,DK/09,HB/01,HB/11,MR/12
16;HB/02
17;DK/09,MR/03,NF/05,NF/07
18;HB/01,MR/04,NF/05
19;NF/07
20;DK/08,HB/01,MR/03,MR/12
21;DK/09,HB/02,MR/04,NF/05,NF/07
22;DK/08,DK/09,MR/04
23;DK/09,HB/02
24;HB/01,MR/12
25;HB/01,HB/02,HB/11,NF/05
26;DK/09,HB/02,MR/03,NF/07
27;DK/08,MR/04,NF/05,NF/06
28;DK/08,DK/09,HB/02,NF/05
29;HB/02,MR/03,MR/04,MR/12,NF/05
30;MR/03
31;DK/08,DK/09,MR/03,MR/04
32;HB/02,HB/11,MR/04
33;DK/08,HB/02,MR/03
34;MR/12
35;DK/08,DK/10,MR/03,MR/12,NF/05
36;MR/04,MR/12,NF/05
37;DK/09,HB/01,HB/02,NF/07
38;HB/11
39;DK/08,DK/09
40;HB/02
41;HB/02,MR/03
42;MR/04
43;DK/08,HB/02,MR/03,MR/04,MR/12
44;DK/08
45;DK/09,MR/03
46;HB/02,MR/04,NF/07
47;DK/08,DK/10,MR/04,NF/06
48;MR/03,MR/04,MR/12,NF/06,NF/07
49;DK/09,HB/01,HB/11,MR/12,NF/06
50;MR/03,NF/05
51;DK/08
52;MR/04
53;DK/09,HB/02,MR/12,NF/05,NF/07
54;HB/02,HB/11,MR/12,NF/05
55;HB/02,NF/06
56;HB/02,MR/03,MR/12,NF/05
57;DK/08,DK/09,MR/12,NF/05,NF/06
58;DK/08,DK/10,MR/03,MR/04,MR/12
59;MR/04,NF/05
60;DK/08,HB/01,MR/12,NF/05,NF/07
