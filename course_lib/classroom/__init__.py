"""What a teacher does with a class: give the course out, collect, judge, hand the grades on."""
