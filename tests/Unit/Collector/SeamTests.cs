using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mono.Cecil;
using Testbed.Collector;
using Xunit;

namespace Testbed.Unit.Collector;

/// <summary>The collector shares memory through the seam alone; read from the assembly as it was compiled.</summary>
public class SeamTests
{
    [Fact]
    public void CollectorGoesThroughTheSeam()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(WorldOptions).Assembly.Location);
        Assert.Empty(SeamRules.Violations(assembly));
    }

    [Theory]
    [InlineData("System.Threading.Interlocked.Increment(ref X);", "System.Threading.Interlocked")]
    [InlineData("System.Threading.Volatile.Read(ref X);", "System.Threading.Volatile")]
    [InlineData("System.Threading.Interlocked.MemoryBarrier();", "System.Threading.Interlocked")]
    [InlineData("lock (typeof(C)) { X++; }", "System.Threading.Monitor")]
    [InlineData("var l = new System.Threading.Lock(); lock (l) { X++; }", "System.Threading.Lock")]
    [InlineData("new System.Threading.Thread(M).Start();", "System.Threading.Thread")]
    [InlineData("System.Threading.Thread.Sleep(1);", "System.Threading.Thread")]
    [InlineData("System.Threading.Tasks.Task.Run(M);", "System.Threading.Tasks.Task")]
    [InlineData("System.Threading.Tasks.Parallel.Invoke(M);", "System.Threading.Tasks.Parallel")]
    [InlineData("new System.Random().Next();", "System.Random")]
    [InlineData("System.Guid.NewGuid();", "System.Guid::NewGuid")]
    [InlineData("System.HashCode.Combine(1);", "System.HashCode")]
    [InlineData("System.Security.Cryptography.RandomNumberGenerator.GetInt32(2);", "System.Security.Cryptography")]
    [InlineData("System.Diagnostics.Stopwatch.GetTimestamp();", "System.Diagnostics.Stopwatch")]
    [InlineData("System.DateTime.UtcNow.ToString();", "System.DateTime")]
    [InlineData("System.TimeProvider.System.GetTimestamp();", "System.TimeProvider")]
    [InlineData("X = System.Environment.TickCount;", "System.Environment::get_TickCount")]
    [InlineData("X = (int)System.Environment.TickCount64;", "System.Environment::get_TickCount64")]
    [InlineData("System.Runtime.InteropServices.NativeMemory.Alloc(1);", "System.Runtime.InteropServices.NativeMemory")]
    [InlineData("System.Runtime.InteropServices.Marshal.AllocHGlobal(1);", "System.Runtime.InteropServices.Marshal")]
    [InlineData("System.Runtime.CompilerServices.Unsafe.Read<int>(null);", "System.Runtime.CompilerServices.Unsafe")]
    [InlineData("System.Buffer.MemoryCopy(null, null, 0L, 0L);", "System.Buffer::MemoryCopy")]
    [InlineData("new System.Collections.Concurrent.ConcurrentBag<int>();", "System.Collections.Concurrent")]
    [InlineData("new System.Lazy<int>(() => 1);", "System.Lazy")]
    [InlineData("} static volatile int V; static void N() { V = 1;", "volatile.")]
    [InlineData("} [System.ThreadStatic] static int T; static void N() { T = 1;", "System.ThreadStaticAttribute")]
    [InlineData("} static event System.Action E; static void N() { E();", "System.Threading.Interlocked")]
    [InlineData("} static System.Threading.Tasks.Task F; static void N() {", "System.Threading.Tasks.Task")]
    [InlineData(
        "} [System.Runtime.CompilerServices.MethodImpl("
        + "System.Runtime.CompilerServices.MethodImplOptions.Synchronized)] static void N() {",
        "synchronized")]
    [InlineData(
        "} [System.Runtime.InteropServices.DllImport(\"libc\")] static extern void sched_yield(); static void N() {",
        "native code")]
    public void FindsWhatGoesRoundTheSeam(string statement, string expected)
    {
        IReadOnlyList<string> violations = Violations(statement);
        Assert.Contains(violations, violation => violation.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("X = System.Math.Max(X, System.Environment.ProcessorCount);")]
    [InlineData("int* p = stackalloc int[2]; p[1] = 3; X = p[0];")]
    public void LetsOrdinaryCodePass(string statement) => Assert.Empty(Violations(statement));

    private static IReadOnlyList<string> Violations(string statement)
    {
        string platform = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        var compilation = CSharpCompilation.Create(
            "Specimen",
            [CSharpSyntaxTree.ParseText($"static unsafe class C {{ static int X; static void M() {{ {statement} }} }}")],
            platform.Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join(Environment.NewLine, result.Diagnostics));
        image.Position = 0;
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(image);
        return SeamRules.Violations(assembly);
    }
}
