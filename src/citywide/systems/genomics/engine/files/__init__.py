"""Everything that is read: PLINK, BGEN and text files, lists of people and variants; blocks of variants of a file."""
