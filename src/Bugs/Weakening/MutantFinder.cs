using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Testbed.Sync;

namespace Testbed.Bugs;

/// <summary>Finds what there is to weaken in a source, on its syntax tree.</summary>
/// <param name="tree">The source.</param>
/// <param name="model">What it means.</param>
/// <param name="path">Its path from the repository's root, with slashes.</param>
/// <param name="readers">Who reads what, in all sources.</param>
internal sealed partial class MutantFinder(SyntaxTree tree, SemanticModel model, string path, PlaceReaders readers)
{
    private const string Folder = "src/Collector/";
    private const string Extension = ".cs";

    private readonly List<Mutant> _mutants = [];

    /// <summary>How many mutants of a kind a member has by now.</summary>
    private readonly Dictionary<(string Member, MutationKind Kind), int> _counts = [];

    /// <summary>Finds the mutants, in the order of the source.</summary>
    public IReadOnlyList<Mutant> Find()
    {
        Dictionary<InvocationExpressionSyntax, IReadOnlyList<InvocationExpressionSyntax>> sections =
            tree.GetRoot().DescendantNodes()
                .Where(node => node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax)
                .SelectMany(member => CriticalSections.Of(member, model))
                .ToDictionary(section => section[0]);
        foreach (InvocationExpressionSyntax call in tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            // An exit alone is not of a section that begins here: without it a lock is held for ever, which is not weaker.
            if (sections.TryGetValue(call, out IReadOnlyList<InvocationExpressionSyntax>? section)
                && section.Any(entry => SeamCalls.NameOf(entry) == nameof(ISync.Enter)))
            {
                Add(call, MutationKind.DropLock, [.. section.Select(Drop)]);
            }

            AddMutantsOf(call);
        }

        return _mutants;
    }

    /// <summary>The member around a node, with the nested types around it, as an id names it.</summary>
    private static string MemberAround(SyntaxNode node)
    {
        string member = node.Ancestors().OfType<MemberDeclarationSyntax>().First() switch
        {
            MethodDeclarationSyntax method => method.Identifier.ValueText,
            PropertyDeclarationSyntax property => property.Identifier.ValueText,
            ConstructorDeclarationSyntax constructor => constructor.Identifier.ValueText,
            IndexerDeclarationSyntax => "Item",
            BaseFieldDeclarationSyntax field => field.Declaration.Variables[0].Identifier.ValueText,
            { } other => other.Kind().ToString(),
        };
        IEnumerable<string> nested = node.Ancestors().OfType<BaseTypeDeclarationSyntax>()
            .Where(type => type.Parent is BaseTypeDeclarationSyntax)
            .Select(type => type.Identifier.ValueText)
            .Reverse();
        return string.Join('.', [.. nested, member]);
    }

    /// <summary>The call is gone. One that says whether it was woken says no.</summary>
    private static TextChange Drop(InvocationExpressionSyntax call)
        => call.Parent switch
        {
            ExpressionStatementSyntax statement => new TextChange(statement.Span, ";"),
            ArrowExpressionClauseSyntax => new TextChange(call.Span, "_ = 0"),
            _ => new TextChange(call.Span, "false"),
        };

    private static TextChange Rename(InvocationExpressionSyntax call, string name)
        => new(((MemberAccessExpressionSyntax)call.Expression).Name.Span, name);

    /// <summary>The call goes to the operation of the same name that is not atomic.</summary>
    private static TextChange Split(InvocationExpressionSyntax call)
        => new(((MemberAccessExpressionSyntax)call.Expression).Expression.Span, WeakenedSource.SplitOperations);

    private static string Words(SyntaxNode call) => Blanks().Replace(call.ToString(), " ");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    private void AddMutantsOf(InvocationExpressionSyntax call)
    {
        switch (SeamCalls.NameOf(call))
        {
            case nameof(ISync.CompareExchange):
                Add(call, MutationKind.SplitCompareExchange, Split(call));
                break;
            case nameof(ISync.Add) or nameof(ISync.Or) or nameof(ISync.And) or nameof(ISync.Exchange):
                if (SeamCalls.NameOf(call) != nameof(ISync.Exchange) || call.Parent is not ExpressionStatementSyntax)
                {
                    Add(call, MutationKind.SplitUpdate, Split(call));
                }

                AddDelay(call);
                break;
            case nameof(ISync.VolatileWrite):
                Add(call, MutationKind.PlainWrite, Rename(call, nameof(ISync.Write)));
                AddSwap(call);
                break;
            case nameof(ISync.Write):
                AddSwap(call);
                break;
            case nameof(ISync.VolatileRead):
                Add(call, MutationKind.PlainRead, Rename(call, nameof(ISync.Read)));
                break;
            case nameof(ISync.Wake):
                Add(call, MutationKind.DropWake, Drop(call));
                break;
            case nameof(ISync.Sleep):
                Add(call, MutationKind.DropSleep, Drop(call));
                break;
            case nameof(ISync.Clear):
                Add(call, MutationKind.DropClear, Drop(call));
                break;
            case nameof(ISync.Spin):
                Add(call, MutationKind.DropSpin, Drop(call));
                break;
            case nameof(ISync.Join):
                Add(call, MutationKind.DropJoin, Drop(call));
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Swaps a store with the volatile one that the next statement makes, if somebody may notice: a plain one matters to
    /// those who come to it by the volatile one.
    /// </summary>
    private void AddSwap(InvocationExpressionSyntax first)
    {
        if (first.Parent is not ExpressionStatementSyntax { Parent: BlockSyntax block } statement
            || block.Statements.SkipWhile(entry => entry != statement).ElementAtOrDefault(1) is not { } next
            || SeamCalls.In(next) is not { } second
            || SeamCalls.NameOf(second) != nameof(ISync.VolatileWrite)
            || SeamCalls.Subject(first) == SeamCalls.Subject(second)
            || first.ArgumentList.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(
                inner => SeamCalls.NameOf(inner) is not null && SeamCalls.Subject(inner) == SeamCalls.Subject(second))
            || (SeamCalls.NameOf(first) == nameof(ISync.Write) && !readers.MayFind(first, second, model)))
        {
            return;
        }

        Add(
            first,
            MutationKind.SwapStores,
            $"{Words(first)}; {Words(second)}",
            new TextChange(first.Span, second.ToString()),
            new TextChange(second.Span, first.ToString()));
    }

    /// <summary>Moves an update behind the next look at another place, if its result is not used.</summary>
    private void AddDelay(InvocationExpressionSyntax update)
    {
        if (update.Parent is not ExpressionStatementSyntax { Parent: BlockSyntax block } statement
            || block.Statements.SkipWhile(entry => entry != statement).Skip(1)
                .FirstOrDefault(entry => readers.Synchronizes(entry, model)) is not { } next
            || !readers.LooksFirst(next, update, model))
        {
            return;
        }

        if (next is IfStatementSyntax { Condition: { } condition })
        {
            Add(
                update,
                MutationKind.DelayUpdate,
                $"{Words(update)}; {Words(condition)}",
                new TextChange(statement.Span, ";"),
                new TextChange(new TextSpan(condition.SpanStart, 0), $"{WeakenedSource.SplitOperations}.Then("),
                new TextChange(new TextSpan(condition.Span.End, 0), $", () => {update})"));
        }
        else if (!next.DescendantNodes().Any(node => node is ReturnStatementSyntax or ThrowStatementSyntax))
        {
            Add(
                update,
                MutationKind.DelayUpdate,
                $"{Words(update)}; {Words(next)}",
                new TextChange(statement.Span, ";"),
                new TextChange(new TextSpan(next.Span.End, 0), $" {statement}"));
        }
    }

    private void Add(InvocationExpressionSyntax call, MutationKind kind, params TextChange[] edits)
        => Add(call, kind, Words(call), edits);

    private void Add(InvocationExpressionSyntax call, MutationKind kind, string operation, params TextChange[] edits)
    {
        string member = MemberAround(call);
        int number = _counts.GetValueOrDefault((member, kind)) + 1;
        _counts[(member, kind)] = number;
        string file = path[Folder.Length..^Extension.Length];
        string id = $"{file}/{member}/{JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString())}/{number}";
        int line = tree.GetLineSpan(call.Span).StartLinePosition.Line + 1;
        _mutants.Add(new Mutant(id, path, line, kind, operation)
        {
            Edits = edits,
            Probe = call.ArgumentList.Arguments[0].Span,
        });
    }
}
