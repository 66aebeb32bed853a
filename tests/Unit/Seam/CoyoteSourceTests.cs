using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Testbed.Models;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Seam;

/// <summary>
/// What only a build with Coyote compiles keeps up with the rest. Read from its sources, so that a new member of the
/// seam or a new scenario is missed here, where Coyote's packages are not.
/// </summary>
public class CoyoteSourceTests
{
    [Fact]
    public void CoyoteSyncImplementsTheSeam() => Assert.Empty(MissingMembers(Source("CoyoteSync.cs")));

    [Theory]
    [InlineData("public static void Prefetch(void* address)", "public static void Prefetch(int address)")]
    [InlineData("public static long Now =>", "public static long Then =>")]
    public void FindsTheMemberThatIsNotImplemented(string member, string instead)
    {
        string source = Source("CoyoteSync.cs");
        Assert.Contains(member, source, StringComparison.Ordinal);
        Assert.Single(MissingMembers(source.Replace(member, instead, StringComparison.Ordinal)));
    }

    [Fact]
    public void EachScenarioHasAnEntryPoint()
        => Assert.Equal(
            Catalogue.All.Select(scenario => EntryPointOf(scenario.Name)).Order(StringComparer.Ordinal),
            EntryPoints(Source("EntryPoints.cs")).Order(StringComparer.Ordinal));

    [Fact]
    public void OnlyATestOfTheScenarioIsItsEntryPoint()
        => Assert.Equal(
            ["CasPair"],
            EntryPoints(
                """
                class C
                {
                    [TestInit] public static void Choose() => ChosenBody.Choose();
                    [Test] public static void CasPair() => ChosenBody.Run();
                    [Test] public static void Other() => Program.Run();
                    public static void Canary() => ChosenBody.Run();
                }
                """));

    /// <summary>The members of the seam that <c>CoyoteSync</c> has not, or with another signature.</summary>
    private static IEnumerable<string> MissingMembers(string source)
    {
        // What the file takes from the rest of its project stays unknown: only the seam's own types matter here.
        string platform = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        var compilation = CSharpCompilation.Create(
            "Specimen",
            [CSharpSyntaxTree.ParseText(source), CSharpSyntaxTree.ParseText("global using System;")],
            platform.Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)));
        INamedTypeSymbol seam = compilation.GetTypeByMetadataName(typeof(ISync).FullName!)!;
        INamedTypeSymbol engine = compilation.GetTypeByMetadataName("Testbed.Coyote.CoyoteSync")!;
        Assert.Contains(seam, engine.Interfaces, SymbolEqualityComparer.Default);
        Assert.NotEmpty(seam.GetMembers());
        return seam.GetMembers()
            .Where(member => member is not IMethodSymbol { AssociatedSymbol: not null })
            .Where(member => engine.FindImplementationForInterfaceMember(member) is null)
            .Select(member => member.ToDisplayString());
    }

    /// <summary>The methods that run the scenario of their name as a test.</summary>
    private static IEnumerable<string> EntryPoints(string source)
        => CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(method => method.ExpressionBody?.Expression.ToString() == "ChosenBody.Run()"
                && method.AttributeLists.SelectMany(list => list.Attributes).Any(one => one.Name.ToString() == "Test"))
            .Select(method => method.Identifier.Text);

    private static string EntryPointOf(string scenario)
        => string.Concat(scenario.Split('-').Select(CultureInfo.InvariantCulture.TextInfo.ToTitleCase));

    private static string Source(string name)
    {
        using Stream source = Assembly.GetExecutingAssembly().GetManifestResourceStream($"coyote/{name}")!;
        using var reader = new StreamReader(source);
        return reader.ReadToEnd();
    }
}
