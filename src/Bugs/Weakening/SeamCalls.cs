using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Testbed.Bugs;

/// <summary>Recognizes calls through the seam, <c>TSync.Something(...)</c>, in a syntax tree.</summary>
internal static class SeamCalls
{
    private const string Seam = "TSync";

    /// <summary>The call's name, or null if the node is no call through the seam.</summary>
    /// <param name="node">The node.</param>
    public static string? NameOf(SyntaxNode node)
        => node is InvocationExpressionSyntax
        {
            Expression: MemberAccessExpressionSyntax
            {
                Expression: IdentifierNameSyntax { Identifier.ValueText: Seam },
                Name: { } name,
            },
        }
            ? name.Identifier.ValueText
            : null;

    /// <summary>The call that a statement consists of, or null.</summary>
    /// <param name="statement">The statement.</param>
    public static InvocationExpressionSyntax? In(StatementSyntax statement)
        => statement is ExpressionStatementSyntax { Expression: InvocationExpressionSyntax call } && NameOf(call) is not null
            ? call
            : null;

    /// <summary>The text of a call's first argument: the place, lock or note that it is about.</summary>
    /// <param name="call">The call.</param>
    public static string Subject(InvocationExpressionSyntax call) => call.ArgumentList.Arguments[0].ToString();
}
