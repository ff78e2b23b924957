package bench

import (
	"fmt"
	"strings"

	"muster"
)

// A person is somebody who was seeded.
type person struct {
	id                  muster.ID
	email, name, handle string
	password            string // of those that sign in; "" of all others
}

// personNumber is the i-th person: 1,600 names, so that a prefix of one finds some people and not all.
func personNumber(i int) person {
	first, last := firstNames(), lastNames()
	f, l := first[i%len(first)], last[i/len(first)%len(last)]
	name := fmt.Sprintf("%s %s %d", f, l, i)
	return person{name: name, email: strings.ToLower(fmt.Sprintf("%s.%s.%d@example.org", f, l, i))}
}

func firstNames() []string {
	return strings.Fields(`Ada Alan Amalie Anita Barbara Betty Carol Charles Claude Clara Dana Dennis Donald Edith Edsger Elena
		Emmy Ernst Frances Grace Hedy Ida Jean John Joan Karen Katherine Ken Konrad Kurt Leslie Lise Margaret Marie Mary Niklaus
		Radia Sophie Tony Wilma`)
}

func lastNames() []string {
	return strings.Fields(`Allen Babbage Bartik Berners Church Clarke Curie Dijkstra Easley Floyd Germain Goldberg Hamilton
		Hoare Holberton Hopper Jennings Johnson Keller Kleene Knuth Lamport Liskov Lovelace Meitner Naur Noether Perlman Rhodes
		Ritchie Shannon Spence Teitelbaum Thompson Turing Vaughan Wilkes Wirth Wilson Zuse`)
}

// scatter spreads numbers that follow each other over all numbers (SplitMix64). It need not be secret: it has to be the same
// in each run, so that runs ask for the same.
func scatter(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}
