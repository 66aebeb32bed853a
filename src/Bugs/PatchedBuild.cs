using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis.CSharp;
using Testbed.Collector;
using Testbed.Models;
using Testbed.Sync;

namespace Testbed.Bugs;

/// <summary>
/// A build of the collector with a patch applied, and the scenarios bound to it, beside the ones of the program.
/// </summary>
/// <remarks>
/// Production sources carry no bug switches: a bug is a diff, applied to a scratch copy of the sources in memory,
/// compiled in process and loaded into a context of its own. Engines are shared with the program, so they run patched
/// and unpatched scenarios alike. A build stays loaded as long as the program runs, since code that could be unloaded
/// runs slower. Any thread may use it.
/// </remarks>
public sealed class PatchedBuild
{
    private const string Folder = "src/Collector/";

    /// <summary>The production sources, which all builds start from.</summary>
    private static readonly Lazy<CSharpCompilation> s_production =
        new(() => CollectorCompiler.Prepare(Sources, typeof(CorruptionException).Assembly));

    private readonly PatchedContext _context;

    private readonly IReadOnlyDictionary<string, string> _sources;

    /// <summary>Loads a build.</summary>
    /// <param name="collector">The assembly's image.</param>
    /// <param name="sources">What it was compiled of.</param>
    internal PatchedBuild(byte[] collector, IReadOnlyDictionary<string, string> sources)
    {
        _context = new PatchedContext(collector);
        _sources = sources;
    }

    /// <summary>The production sources of the collector that the program was built with, by path.</summary>
    internal static IReadOnlyDictionary<string, string> Sources
        => EmbeddedText.Read(typeof(PatchedBuild).Assembly, Folder);

    /// <summary>The patched collector.</summary>
    internal Assembly Collector => _context.Collector;

    /// <summary>Applies a patch and compiles.</summary>
    /// <param name="diff">A unified diff against <c>src/</c>.</param>
    /// <exception cref="PatchException">It is malformed, does not apply, or does not compile.</exception>
    public static PatchedBuild Compile(string diff)
    {
        var patch = UnifiedDiff.Parse(diff);
        IReadOnlyDictionary<string, string> sources = patch.Apply(Sources);
        CSharpCompilation patched = CollectorCompiler.Change(s_production.Value, patch.Paths, sources);
        return new PatchedBuild(CollectorCompiler.Emit(patched), sources);
    }

    /// <summary>The text of one of its sources, or null if there is none.</summary>
    /// <param name="path">The path from the repository's root, with slashes.</param>
    public string? SourceOf(string path) => _sources.GetValueOrDefault(path);

    /// <summary>The body of a scenario over the patched collector.</summary>
    /// <typeparam name="TSync">The engine.</typeparam>
    /// <param name="scenario">The scenario's name.</param>
    /// <exception cref="ArgumentException">There is no such scenario.</exception>
    public Action Body<TSync>(string scenario)
        where TSync : struct, ISync
    {
        Type catalogue = _context.Models.GetType(typeof(Catalogue).FullName!, throwOnError: true)!;
        MethodInfo body = catalogue.GetMethod(nameof(Catalogue.Body))!.MakeGenericMethod(typeof(TSync));
        return (Action)body.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [scenario], null)!;
    }

    /// <summary>The assembly that a reference of the scenarios leads to.</summary>
    /// <param name="name">The reference.</param>
    internal Assembly ResolveFromModels(AssemblyName name) => _context.LoadFromAssemblyName(name);

    /// <summary>Holds the patched collector and a copy of the models that is bound to it.</summary>
    private sealed class PatchedContext : AssemblyLoadContext
    {
        public PatchedContext(byte[] collector)
            : base("patched")
        {
            Collector = LoadFromStream(new MemoryStream(collector));
            Models = LoadFromAssemblyPath(typeof(Catalogue).Assembly.Location);
        }

        public Assembly Collector { get; }

        public Assembly Models { get; }

        protected override Assembly? Load(AssemblyName assemblyName)
            => assemblyName.Name == Collector.GetName().Name ? Collector : null;
    }
}
