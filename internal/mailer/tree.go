package mailer

import (
	"errors"
	"fmt"
	"html/template"
	"slices"
	"text/template/parse"
)

// maxSteps bounds the work of a template: the nodes and the bytes of text that it goes through, those of a template that is
// called as often as it is called. What calls none is below it at any length that is taken.
const maxSteps = 4 * maxTemplate

// A treeChecker goes through the trees of a template and its associates, and counts their steps.
type treeChecker struct {
	trees map[string]*parse.Tree
	steps map[string]int // of trees that were gone through; negative while it goes through them
}

// checkTrees refuses all that a template of a mail does not need: loops, recursion, functions that make values longer than
// those they get, and names that no mail has.
func checkTrees(t *template.Template) error {
	c := treeChecker{map[string]*parse.Tree{}, map[string]int{}}
	for _, each := range t.Templates() {
		c.trees[each.Name()] = each.Tree
	}
	for name := range c.trees {
		if _, err := c.tree(name); err != nil {
			return err
		}
	}
	return nil
}

func (c *treeChecker) tree(name string) (int, error) {
	t, ok := c.trees[name]
	switch {
	case !ok:
		return 0, fmt.Errorf("there is no template %q", name)
	case t == nil:
		return 0, nil // nothing but definitions
	case c.steps[name] < 0:
		return 0, fmt.Errorf("the template %q calls itself", name)
	case c.steps[name] > 0:
		return c.steps[name], nil
	}
	c.steps[name] = -1
	n, err := c.nodes(t.Root)
	c.steps[name] = n + 1
	return n + 1, err
}

// nodes counts the steps of a node and those inside it.
func (c *treeChecker) nodes(n parse.Node) (int, error) {
	inner, steps, err := c.node(n)
	for _, i := range inner {
		if err != nil {
			return 0, err
		}
		var more int
		more, err = c.nodes(i)
		steps += more
		if err == nil && steps > maxSteps {
			err = errors.New("templates call templates too often")
		}
	}
	return steps, err
}

// node answers what is inside a node, and its own steps.
func (c *treeChecker) node(n parse.Node) (inner []parse.Node, steps int, err error) {
	switch n := n.(type) {
	case *parse.ListNode:
		return n.Nodes, 1, nil
	case *parse.TextNode:
		return nil, 1 + len(n.Text), nil
	case *parse.ActionNode:
		return []parse.Node{n.Pipe}, 1, nil
	case *parse.IfNode:
		return branch(&n.BranchNode), 1, nil
	case *parse.WithNode:
		return branch(&n.BranchNode), 1, nil
	case *parse.TemplateNode:
		steps, err = c.tree(n.Name)
		if n.Pipe != nil {
			inner = []parse.Node{n.Pipe}
		}
		return inner, 1 + steps, err
	case *parse.PipeNode:
		for _, cmd := range n.Cmds {
			inner = append(inner, cmd)
		}
		return inner, 1, nil
	case *parse.CommandNode:
		return n.Args, 1, nil
	}
	return nil, 1, c.leaf(n)
}

func branch(n *parse.BranchNode) []parse.Node {
	inner := []parse.Node{n.Pipe, n.List}
	if n.ElseList != nil {
		inner = append(inner, n.ElseList)
	}
	return inner
}

func (c *treeChecker) leaf(n parse.Node) error {
	switch n := n.(type) {
	case *parse.IdentifierNode:
		if !slices.Contains([]string{"and", "or", "not", "len", "eq", "ne", "lt", "le", "gt", "ge"}, n.Ident) {
			return fmt.Errorf("the function %s is not known here", n.Ident)
		}
	case *parse.FieldNode:
		return checkField(n.Ident)
	case *parse.VariableNode:
		if n.Ident[0] == "$" && len(n.Ident) > 1 {
			return checkField(n.Ident[1:])
		}
		if len(n.Ident) > 1 {
			return fmt.Errorf("%s is not known here", n)
		}
	case *parse.DotNode, *parse.NilNode, *parse.BoolNode, *parse.NumberNode, *parse.StringNode, *parse.CommentNode:
	default:
		return fmt.Errorf("%.40s is not known here", n)
	}
	return nil
}

func checkField(path []string) error {
	known := []string{
		"EmailAddress", "URL", "BaseURL", "Logo", "SignatureName", "SignatureEmail", "EmailHeaderEn", "EmailFooterEn", "Reminder",
	}
	if len(path) != 1 || !slices.Contains(known, path[0]) {
		return fmt.Errorf(".%s is not known here", path[0])
	}
	return nil
}
