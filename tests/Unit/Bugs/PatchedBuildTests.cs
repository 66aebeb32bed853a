using Testbed.Bugs;
using Testbed.Collector;
using Xunit;

namespace Testbed.Unit.Bugs;

public class PatchedBuildTests
{
    private const string Path = "src/Collector/Probe.cs";

    [Fact]
    public void The_sources_that_travel_with_the_program_compile()
    {
        Assert.Contains("src/Collector/CorruptionException.cs", PatchedBuild.Sources.Keys);
        Assert.NotEmpty(Compile(PatchedBuild.Sources));
    }

    [Fact]
    public void A_patch_changes_the_copy_and_not_the_program()
    {
        const string patch =
            """
            --- /dev/null
            +++ b/src/Collector/Probe.cs
            @@ -0,0 +1,2 @@
            +namespace Testbed.Collector;
            +public static class Probe { public static int Answer() => 42; }

            """;
        PatchedBuild build = PatchedBuild.Compile(patch);
        Type probe = build.Collector.GetType("Testbed.Collector.Probe", throwOnError: true)!;
        Assert.Equal(42, probe.GetMethod("Answer")!.Invoke(null, null));
        Assert.Null(typeof(CorruptionException).Assembly.GetType("Testbed.Collector.Probe"));
    }

    [Fact]
    public void The_scenarios_of_a_patched_build_are_bound_to_its_collector()
    {
        const string patch =
            """
            --- a/src/Collector/CorruptionException.cs
            +++ b/src/Collector/CorruptionException.cs
            @@ -1,2 +1,2 @@
            -namespace Testbed.Collector;
            +namespace Testbed.Collector; // patched
             

            """;
        PatchedBuild build = PatchedBuild.Compile(patch);
        Assert.NotSame(typeof(CorruptionException).Assembly, build.Collector);
        Assert.Same(build.Collector, build.ResolveFromModels(typeof(CorruptionException).Assembly.GetName()));
        Assert.Same(typeof(Sync.ISync).Assembly, build.ResolveFromModels(typeof(Sync.ISync).Assembly.GetName()));
    }

    [Fact]
    public void What_does_not_compile_is_told_with_the_compilers_words_and_the_place()
    {
        var sources = new Dictionary<string, string> { [Path] = "class A\n{\n    int B() => \"text\";\n}\n" };
        PatchException failure = Assert.Throws<PatchException>(() => Compile(sources));
        Assert.Contains("src/Collector/Probe.cs(3,16): error CS0029", failure.Message, StringComparison.Ordinal);
    }

    private static byte[] Compile(IReadOnlyDictionary<string, string> sources)
        => CollectorCompiler.Emit(CollectorCompiler.Prepare(sources, typeof(CorruptionException).Assembly));
}
