// A filter as the API stores it, a tree, in the text form that people read.

import { constant, type Scalar } from "./text";

const ORDERS: Record<string, string> = { below: "<", at_most: "<=", above: ">", at_least: ">=" };

type Tree = "all" | { and: Tree[] } | { or: Tree[] } | { not: Tree } | { is: [string, Test] };
type Test =
  | "present"
  | { one_of: Scalar[] }
  | { ordered: [string, Scalar] }
  | { contains: string }
  | { starts_with: string };

/** The text form; of a tree that this page does not know, its JSON. */
export function filterText(tree: unknown): string {
  try {
    return write(tree as Tree);
  } catch {
    return JSON.stringify(tree);
  }
}

function write(tree: Tree): string {
  if (tree === "all") return "all";
  if ("and" in tree) return tree.and.length === 0 ? "all" : tree.and.map(inner).join(" and ");
  if ("or" in tree) return tree.or.length === 0 ? "none" : tree.or.map(inner).join(" or ");
  if ("not" in tree) return `not (${write(tree.not)})`;
  if ("is" in tree) return test(...tree.is);
  throw new TypeError("an unknown filter");
}

function inner(tree: Tree): string {
  return typeof tree === "object" && ("and" in tree || "or" in tree) ? `(${write(tree)})` : write(tree);
}

function test(field: string, test: Test): string {
  if (test === "present") return `${field} is not null`;
  if ("one_of" in test) {
    const [first = null, ...others] = test.one_of;
    if (others.length === 0) return `${field} = ${constant(first)}`;
    return `${field} in (${test.one_of.map(constant).join(", ")})`;
  }
  if ("ordered" in test) return `${field} ${ORDERS[test.ordered[0]]} ${constant(test.ordered[1])}`;
  if ("contains" in test) return `${field} contains ${constant(test.contains)}`;
  if ("starts_with" in test) return `${field} starts with ${constant(test.starts_with)}`;
  throw new TypeError("an unknown test");
}
