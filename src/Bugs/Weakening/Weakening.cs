using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Testbed.Collector;

namespace Testbed.Bugs;

/// <summary>
/// The collector's synchronization operations, each to be tried one step weaker or gone. Any thread may use it.
/// </summary>
/// <remarks>
/// All builds come of one compilation in which a source is replaced, so what they have in common is parsed and bound
/// once.
/// </remarks>
public sealed class Weakening
{
    private static readonly Lazy<Weakening> s_ofCollector = new(() => new Weakening(PatchedBuild.Sources));

    private readonly CSharpCompilation _compilation;
    private readonly IReadOnlyDictionary<string, string> _sources;

    /// <summary>Creates it over sources of the collector.</summary>
    /// <param name="sources">Text by path from the repository's root.</param>
    internal Weakening(IReadOnlyDictionary<string, string> sources)
    {
        _sources = sources;
        _compilation = CollectorCompiler.Prepare(sources, typeof(CorruptionException).Assembly);
        var readers = new PlaceReaders(_compilation);
        Mutants =
        [
            .. sources.Keys.Order(StringComparer.Ordinal).AsParallel().AsOrdered().SelectMany(
                path => new MutantFinder(TreeOf(path), _compilation.GetSemanticModel(TreeOf(path)), path, readers).Find()),
        ];
    }

    /// <summary>All mutants, by file and in the order of the lines.</summary>
    public IReadOnlyList<Mutant> Mutants { get; }

    /// <summary>That of the collector that the program was built with: one for all who ask.</summary>
    public static Weakening OfCollector => s_ofCollector.Value;

    /// <summary>Builds the collector with an operation weakened.</summary>
    /// <param name="mutant">One of <see cref="Mutants"/>.</param>
    /// <exception cref="PatchException">It does not compile.</exception>
    public PatchedBuild Build(Mutant mutant)
    {
        ArgumentNullException.ThrowIfNull(mutant);
        CSharpCompilation weakened = Change(_compilation, mutant.Path, mutant.Edits);
        var sources = new Dictionary<string, string>(_sources)
        {
            [mutant.Path] = CollectorCompiler.TreeOf(weakened, mutant.Path).ToString(),
        };
        return new PatchedBuild(
            CollectorCompiler.Emit(CollectorCompiler.Add(weakened, "Split.cs", WeakenedSource.Split)), sources);
    }

    /// <summary>The source that a mutant is one of, as it is.</summary>
    /// <param name="mutant">The mutant.</param>
    public string SourceOf(Mutant mutant)
    {
        ArgumentNullException.ThrowIfNull(mutant);
        return _sources[mutant.Path];
    }

    /// <summary>Builds the collector as it is, with a counter at each operation that a mutant weakens.</summary>
    public ReachBuild BuildForReach()
    {
        (string Path, TextSpan Probe)[] probes =
            [.. Mutants.Select(mutant => (mutant.Path, mutant.Probe)).Distinct()];
        CSharpCompilation counting = _compilation;
        foreach (IGrouping<string, (int Number, TextSpan Span)> file in probes
            .Select((probe, number) => (probe.Path, Place: (Number: number, Span: probe.Probe)))
            .GroupBy(probe => probe.Path, probe => probe.Place))
        {
            counting = Change(counting, file.Key, file.SelectMany(probe => Count(probe.Number, probe.Span)));
        }

        string counters = WeakenedSource.Reached(probes.Length);
        var build = new PatchedBuild(
            CollectorCompiler.Emit(CollectorCompiler.Add(counting, "Reached.cs", counters)), _sources);
        return new ReachBuild(
            build, mutant => Array.IndexOf(probes, (mutant.Path, mutant.Probe)));
    }

    private static IEnumerable<TextChange> Count(int number, TextSpan span)
        =>
        [
            new TextChange(
                new TextSpan(span.Start, 0),
                string.Create(CultureInfo.InvariantCulture, $"global::{WeakenedSource.CounterType}.At({number}, ")),
            new TextChange(new TextSpan(span.End, 0), ")"),
        ];

    private SyntaxTree TreeOf(string path) => CollectorCompiler.TreeOf(_compilation, path);

    private CSharpCompilation Change(CSharpCompilation compilation, string path, IEnumerable<TextChange> edits)
    {
        SyntaxTree tree = TreeOf(path);
        SourceText text = tree.GetText().WithChanges(edits.OrderBy(edit => edit.Span));
        return compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(text));
    }
}
