using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Testbed.Sync;

namespace Testbed.Bugs;

/// <summary>
/// Which fields the members of a program read through the seam, in which order, and who calls whom. Any thread may use it.
/// </summary>
internal sealed class PlaceReaders
{
    private static readonly string[] s_updates =
    [
        nameof(ISync.CompareExchange),
        nameof(ISync.Exchange),
        nameof(ISync.Add),
        nameof(ISync.Or),
        nameof(ISync.And),
    ];

    private static readonly string[] s_acquiring = [nameof(ISync.VolatileRead), .. s_updates];

    /// <summary>What no store passes.</summary>
    private static readonly string[] s_fences =
    [
        .. s_updates,
        nameof(ISync.MemoryBarrier),
        nameof(ISync.Enter),
        nameof(ISync.Exit),
        nameof(ISync.Wake),
        nameof(ISync.Sleep),
        nameof(ISync.Clear),
        nameof(ISync.StartThread),
        nameof(ISync.Join),
    ];

    private readonly List<Member> _members = [];

    /// <summary>Looks at all sources.</summary>
    /// <param name="compilation">What they mean.</param>
    public PlaceReaders(CSharpCompilation compilation)
    {
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            _members.AddRange(tree.GetRoot().DescendantNodes()
                .Where(node => node is BaseMethodDeclarationSyntax or BasePropertyDeclarationSyntax)
                .Select(node => new Member(node, model)));
        }
    }

    /// <summary>Whether somebody may read the place of one store when the place of another has led there.</summary>
    /// <param name="first">A store.</param>
    /// <param name="second">A volatile store.</param>
    /// <param name="model">What their tree means.</param>
    public bool MayFind(InvocationExpressionSyntax first, InvocationExpressionSyntax second, SemanticModel model)
    {
        // An element of an array is no field: who reads it is not known here.
        return FieldOf(first, model) is not { } place
            || FieldOf(second, model) is not { } leads
            || _members.Where(member => member.Acquires.Contains(leads)).Any(
                reader => _members.Any(member => MayFind(member, place, reader, leads)));
    }

    /// <summary>Whether a statement looks at something with acquire order, or is a fence: itself or by what it calls.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="model">What its tree means.</param>
    public bool Synchronizes(SyntaxNode statement, SemanticModel model) => LooksAndFences(statement, model, []).Any();

    /// <summary>Whether a statement looks at another place than that of an update before it comes to any fence.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="update">The update.</param>
    /// <param name="model">What their tree means.</param>
    public bool LooksFirst(SyntaxNode statement, InvocationExpressionSyntax update, SemanticModel model)
        => LooksAndFences(statement, model, []).First() is { IsFence: false } look
            && (look.Place is null || !SymbolEqualityComparer.Default.Equals(look.Place, FieldOf(update, model)));

    /// <summary>
    /// The looks and fences of a piece of source in its order, those of what it calls where it names that; each member
    /// once.
    /// </summary>
    private IEnumerable<(bool IsFence, ISymbol? Place)> LooksAndFences(
        SyntaxNode piece, SemanticModel model, HashSet<Member> seen)
    {
        foreach (SyntaxNode node in piece.DescendantNodesAndSelf())
        {
            if (node is InvocationExpressionSyntax call && SeamCalls.NameOf(call) is { } name)
            {
                if (name == nameof(ISync.VolatileRead))
                {
                    yield return (false, FieldOf(call, model));
                }
                else if (s_fences.Contains(name))
                {
                    yield return (true, null);
                }
            }
            else if (node is SimpleNameSyntax && SymbolOf(node, model) is IMethodSymbol or IPropertySymbol)
            {
                ISymbol named = SymbolOf(node, model)!;
                foreach (Member member in _members.Where(
                    member => SymbolEqualityComparer.Default.Equals(member.Symbol, named) && seen.Add(member)))
                {
                    foreach ((bool, ISymbol?) found in LooksAndFences(member.Declaration, member.Model, seen))
                    {
                        yield return found;
                    }
                }
            }
        }
    }

    /// <summary>Whether a member may read a place that a reader of another, itself or next to it, has led it to.</summary>
    private static bool MayFind(Member member, ISymbol place, Member reader, ISymbol leads)
        => member == reader ? Follows(member.Reads[place], reader.Acquires[leads])
            : (reader.Symbol is { } callee && Follows(member.Reads[place], member.Mentions[callee]))
                || (member.Symbol is { } called && member.Reads.Contains(place)
                    && Follows(reader.Mentions[called], reader.Acquires[leads]));

    /// <summary>Whether one of some nodes may come after one of others: it stands behind it, or in the same loop.</summary>
    private static bool Follows(IEnumerable<SyntaxNode> later, IEnumerable<SyntaxNode> earlier)
        => later.Any(node => earlier.Any(
            other => node.SpanStart > other.SpanStart || LoopsAround(node).Intersect(LoopsAround(other)).Any()));

    private static IEnumerable<SyntaxNode> LoopsAround(SyntaxNode node)
        => node.Ancestors().Where(
            ancestor => ancestor is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax
                or ForEachStatementSyntax);

    /// <summary>The field that a call through the seam is about, or null.</summary>
    private static ISymbol? FieldOf(InvocationExpressionSyntax call, SemanticModel model)
    {
        ExpressionSyntax place = call.ArgumentList.Arguments[0].Expression;
        while (place is CastExpressionSyntax cast)
        {
            place = cast.Expression;
        }

        return place is PrefixUnaryExpressionSyntax
        {
            RawKind: (int)SyntaxKind.AddressOfExpression,
            Operand: MemberAccessExpressionSyntax access,
        }
            ? SymbolOf(access, model)
            : null;
    }

    private static ISymbol? SymbolOf(SyntaxNode node, SemanticModel model)
        => model.GetSymbolInfo(node).Symbol?.OriginalDefinition;

    /// <summary>A member: where it reads which field, and where it names which others.</summary>
    private sealed class Member
    {
        internal Member(SyntaxNode declaration, SemanticModel model)
        {
            Declaration = declaration;
            Model = model;
            Symbol = model.GetDeclaredSymbol(declaration)?.OriginalDefinition;
            SyntaxNode[] nodes = [.. declaration.DescendantNodes()];
            Acquires = Reading(s_acquiring);
            Reads = Reading([.. s_acquiring, nameof(ISync.Read), nameof(ISync.RacyRead)]);
            Mentions = nodes.OfType<SimpleNameSyntax>()
                .Select(name => (Symbol: SymbolOf(name, model), Node: (SyntaxNode)name))
                .Where(mention => mention.Symbol is IMethodSymbol or IPropertySymbol)
                .ToLookup(mention => mention.Symbol!, mention => mention.Node, SymbolEqualityComparer.Default);

            ILookup<ISymbol, SyntaxNode> Reading(string[] names)
                => nodes.Where(node => names.Contains(SeamCalls.NameOf(node)))
                    .Select(node => (Field: FieldOf((InvocationExpressionSyntax)node, model), Node: node))
                    .Where(read => read.Field is not null)
                    .ToLookup(read => read.Field!, read => read.Node, SymbolEqualityComparer.Default);
        }

        internal SyntaxNode Declaration { get; }

        internal SemanticModel Model { get; }

        internal ISymbol? Symbol { get; }

        /// <summary>The fields that it reads with acquire order.</summary>
        internal ILookup<ISymbol, SyntaxNode> Acquires { get; }

        /// <summary>The fields that it reads in any way.</summary>
        internal ILookup<ISymbol, SyntaxNode> Reads { get; }

        /// <summary>The members that it calls, or may call by a delegate that it makes.</summary>
        internal ILookup<ISymbol, SyntaxNode> Mentions { get; }
    }
}
