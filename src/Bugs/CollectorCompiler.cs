using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using Testbed.Sync;

namespace Testbed.Bugs;

/// <summary>Compiles sources of the collector in process, as the project file does.</summary>
internal static class CollectorCompiler
{
    private const int MaxErrorsShown = 10;

    /// <summary>What the paths of sources begin with, as in the project's own build.</summary>
    private const string Root = "./";

    /// <summary>The namespaces that the SDK and <c>Directory.Build.targets</c> leave as implicit usings.</summary>
    private static readonly string[] s_implicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http"];

    private static CSharpParseOptions ParseOptions { get; } = CSharpParseOptions.Default
        .WithLanguageVersion(LanguageVersion.Latest)
        .WithPreprocessorSymbols(PreprocessorSymbols());

    /// <summary>Parses the sources, and makes of them what <see cref="Emit"/> compiles.</summary>
    /// <param name="sources">Text by path from the repository's root.</param>
    /// <param name="original">The build that the result stands in for: it lends its name, version and friends.</param>
    public static CSharpCompilation Prepare(IReadOnlyDictionary<string, string> sources, Assembly original)
    {
        var trees = new SyntaxTree[sources.Count];
        KeyValuePair<string, string>[] files = [.. sources];
        Parallel.For(0, files.Length, i => trees[i] = Parse(files[i].Key, files[i].Value));

        AssemblyName name = original.GetName();
        var compilation = CSharpCompilation.Create(
            name.Name,
            trees,
            References(),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable,
                deterministic: true));
        return Add(compilation, "GeneratedUsings.cs", Preamble(original));
    }

    /// <summary>A compilation with a source more.</summary>
    /// <param name="compilation">The compilation.</param>
    /// <param name="path">The source's path from the repository's root, with slashes.</param>
    /// <param name="text">Its text.</param>
    public static CSharpCompilation Add(CSharpCompilation compilation, string path, string text)
        => compilation.AddSyntaxTrees(Parse(path, text));

    /// <summary>A compilation in which sources were changed; all else is parsed and known already.</summary>
    /// <param name="compilation">The compilation.</param>
    /// <param name="paths">The changed ones, from the repository's root, with slashes: new, other or gone.</param>
    /// <param name="sources">All sources as they are then.</param>
    public static CSharpCompilation Change(
        CSharpCompilation compilation, IEnumerable<string> paths, IReadOnlyDictionary<string, string> sources)
    {
        foreach (string path in paths)
        {
            SyntaxTree[] before = [.. compilation.SyntaxTrees.Where(tree => tree.FilePath == Root + path)];
            compilation = compilation.RemoveSyntaxTrees(before);
            if (sources.TryGetValue(path, out string? text))
            {
                compilation = Add(compilation, path, text);
            }
        }

        return compilation;
    }

    /// <summary>One of the sources of a compilation.</summary>
    /// <param name="compilation">The compilation.</param>
    /// <param name="path">The source's path from the repository's root, with slashes.</param>
    public static SyntaxTree TreeOf(CSharpCompilation compilation, string path)
        => compilation.SyntaxTrees.Single(tree => tree.FilePath == Root + path);

    /// <summary>Compiles what <see cref="Prepare"/> made.</summary>
    /// <param name="compilation">The compilation.</param>
    /// <returns>The assembly's image, with its symbols inside.</returns>
    /// <exception cref="PatchException">It does not compile; the message has the compiler's.</exception>
    public static byte[] Emit(CSharpCompilation compilation)
    {
        using var image = new MemoryStream();
        EmitResult result = compilation.Emit(
            image, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.Embedded));
        return result.Success ? image.ToArray() : throw new PatchException(DescribeErrors(result));
    }

    private static SyntaxTree Parse(string path, string text)
        => CSharpSyntaxTree.ParseText(SourceText.From(text, Encoding.UTF8), ParseOptions, Root + path);

    private static IEnumerable<string> PreprocessorSymbols()
    {
        const int oldest = 5;
        int current = Environment.Version.Major;
        return
        [
            "NET",
            "NETCOREAPP",
            $"NET{current}_0",
            .. Enumerable.Range(oldest, current - oldest + 1).Select(major => $"NET{major}_0_OR_GREATER"),
        ];
    }

    /// <summary>What the SDK generates beside the sources: implicit usings, the version, and the friends.</summary>
    private static string Preamble(Assembly original)
    {
        var text = new StringBuilder();
        foreach (string space in s_implicitUsings)
        {
            text.Append("global using global::").Append(space).AppendLine(";");
        }

        text.AppendLine($"[assembly: System.Reflection.AssemblyVersion(\"{original.GetName().Version}\")]");
        foreach (InternalsVisibleToAttribute friend in original.GetCustomAttributes<InternalsVisibleToAttribute>())
        {
            text.AppendLine(
                $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{friend.AssemblyName}\")]");
        }

        return text.ToString();
    }

    private static IEnumerable<MetadataReference> References()
    {
        // Of what the host may load, the framework; the rest of the program is not the collector's to see.
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        return trusted.Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == framework)
            .Append(typeof(ISync).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path));
    }

    private static string DescribeErrors(EmitResult result)
    {
        Diagnostic[] errors = [.. result.Diagnostics.Where(entry => entry.Severity == DiagnosticSeverity.Error)];
        IEnumerable<string> shown = errors.Take(MaxErrorsShown).Select(error => $"  {error}");
        string more = errors.Length > MaxErrorsShown ? $"\n  and {errors.Length - MaxErrorsShown} more" : "";
        return $"the patched collector does not compile:\n{string.Join('\n', shown)}{more}";
    }
}
