"""Small molecules that everybody knows, to try things with: solvents, acids, rings.

At most nine atoms of C, N, O and F, as QM9 has, in canonical SMILES.
"""

_TEXT = """
C CC CCC CCCC CC(C)C C=C C=CC C#C C#CC C=CC=C C1CC1 C1CCC1 C1CCCC1 C1CCCCC1 C1=CCCCC1
c1ccccc1 Cc1ccccc1 C=Cc1ccccc1 CCc1ccccc1 CO CCO CCCO CC(C)O CC(C)(C)O OCCO OCC(O)CO
C=O CC=O CCC=O CC(C)=O CCC(C)=O O=C1CCCCC1 O=C1CCCC1 O=CO CC(=O)O CCC(=O)O CC(O)C(=O)O
C=CC(=O)O O=C(O)C(=O)O COC CCOCC C1CO1 C1CCOC1 C1COCCO1 COC=O COC(C)=O CCOC(C)=O
CC(=O)OC(C)=O N CN CCN CNC CN(C)C NCCN NCCO C1CN1 C1CCNC1 C1CCNCC1 C1CNCCN1 C1COCCN1
CC#N C=CC#N N#CC#N C#N NC=O CC(N)=O CN(C)C=O NC(N)=O N=C(N)N NCC(=O)O CC(N)C(=O)O
O=C1CCCN1 CN1CCCC1=O c1ccoc1 c1cc[nH]c1 c1c[nH]cn1 c1cn[nH]c1 c1cocn1 c1ccncc1
c1ccnnc1 c1cncnc1 c1cnccn1 Cc1ccncc1 Oc1ccccc1 Nc1ccccc1 O=Cc1ccccc1 N#Cc1ccccc1
O=C(O)c1ccccc1 Oc1ccccc1O Cc1ccccc1O COc1ccccc1 NC(=O)c1cccnc1 O=c1cc[nH]c(=O)[nH]1
Nc1cc[nH]c(=O)n1 Cc1c[nH]c(=O)[nH]c1=O CF FCF FC(F)F FC(F)(F)F CC(F)F C=C(F)F
OCC(F)(F)F O=C(O)C(F)(F)F Fc1ccccc1 Fc1ccccc1F C1=CC2CCC1C2 C1CC2CCC1C2 CC(C)CO
CC(C)C=O CCCCO CCCCCO CCCCCCO CCCC=O CCCCN CCCCC CCCCCC CCCCCCC CCCCCCCC CCC(C)C
CC(C)(C)C CC=CC C=C(C)C C=CC(=C)C C=CCO C#CCO O=CCO CC(=O)C=O CC(=O)C(C)=O O=CC=O
CC(=O)CO NCC=O CNC=O CNC(C)=O CC(=O)CC(C)=O CCOC=O COCCO COCCOC CC(O)CO CCC(C)O
"""
SMILES = tuple(_TEXT.split())
