using System.Reflection;

namespace Testbed.Bugs;

/// <summary>The collector as it is, which counts how often it comes to each operation that can be weakened.</summary>
/// <remarks>Counts are right as long as one thread at a time runs it, as the explorer's worker does.</remarks>
public sealed class ReachBuild
{
    private readonly Func<Mutant, int> _indexOf;
    private readonly long[] _counts;

    /// <summary>Creates it.</summary>
    /// <param name="build">The build.</param>
    /// <param name="indexOf">The counter of a mutant's operation.</param>
    internal ReachBuild(PatchedBuild build, Func<Mutant, int> indexOf)
    {
        Build = build;
        _indexOf = indexOf;
        Type counters = build.Collector.GetType(WeakenedSource.CounterType, throwOnError: true)!;
        _counts = (long[])counters.GetField(
            WeakenedSource.Counters, BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }

    /// <summary>What to run.</summary>
    public PatchedBuild Build { get; }

    /// <summary>How often a mutant's operation was come to since the last <see cref="Reset"/>.</summary>
    /// <param name="mutant">The mutant.</param>
    public long CountOf(Mutant mutant) => _counts[_indexOf(mutant)];

    /// <summary>Begins anew.</summary>
    public void Reset() => Array.Clear(_counts);
}
