using System.Text;
using Testbed.Cli.Workloads;
using Xunit;

namespace Testbed.Systematic.Workloads;

/// <summary>The parser of the workload "garbage": what trees texts have.</summary>
public class SyntaxTests
{
    [Theory]
    [InlineData("", "file()")]
    [InlineData("a;", "file(statement(a ;))")]
    [InlineData("if (x) { y; } z", "file(statement(if parentheses(x) block(statement(y ;))) statement(z))")]
    [InlineData("a[1.5] = 1..2;", "file(statement(a brackets(1.5) = 1 . . 2 ;))")]
    [InlineData("// c\n#if X\n/* d\n*/", "file(statement(// c #if X /* d\n*/))")]
    [InlineData("\"a\\\"b\" '\\'';", "file(statement(\"a\\\"b\" '\\'' ;))")]
    [InlineData("@\"c\"\"d\" \"\"\"e\"f\"\"\";", "file(statement(@\"c\"\"d\" \"\"\"e\"f\"\"\" ;))")]
    [InlineData("\"open\nnext", "file(statement(\"open next))")]
    [InlineData("( [ }", "file(statement(parentheses(brackets(}))))")]
    [InlineData("( [ ) x", "file(statement(parentheses(brackets()) x))")]
    [InlineData("/* open", "file(statement(/* open))")]
    [InlineData("@\"open\"\"", "file(statement(@\"open\"\"))")]
    public void A_text_has_one_tree(string text, string tree) => Assert.Equal(tree, Draw(text));

    [Fact]
    public void Brackets_that_are_too_deep_for_a_stack_are_symbols()
    {
        string text = new string('(', 100_000) + new string(')', 100_000);

        Assert.Equal(1 + 1 + 256 + (2 * (100_000 - 256)), SyntaxNode.Parse(text).Count());
    }

    [Fact]
    public void The_checksum_depends_on_every_character_of_a_token()
    {
        long first = SyntaxNode.Parse("abcdefgh;").Sum("abcdefgh;", Checksum.Empty);
        long second = SyntaxNode.Parse("abcdefgi;").Sum("abcdefgi;", Checksum.Empty);

        Assert.NotEqual(first, second);
    }

    private static string Draw(string text)
    {
        var reader = new SyntaxReader(text);
        var drawing = new StringBuilder();
        while (reader.Read())
        {
            if (reader.Event == SyntaxEvent.End)
            {
                drawing.Append(')');
                continue;
            }

            if (drawing.Length > 0 && drawing[^1] != '(')
            {
                drawing.Append(' ');
            }

            drawing.Append(
                reader.Event == SyntaxEvent.Start
                    ? $"{reader.Kind}(".ToLowerInvariant()
                    : text.Substring(reader.Token.Start, reader.Token.Length));
        }

        return drawing.ToString();
    }
}
