"""Cases: from the opening to the reporter's word, with deadlines in working time that explain themselves."""
