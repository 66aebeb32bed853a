using System.Globalization;

namespace Testbed.Explorer;

/// <summary>
/// What PCT promises: of a program with at most n threads, a bug of depth d (one that d orders of two steps each bring
/// about) that shows within k steps is hit by an execution with probability at least 1/(n*k^(d-1)), whatever the others
/// did (<see cref="PriorityChangePoints"/>).
/// </summary>
/// <param name="Depth">The depth d.</param>
/// <param name="Threads">The number n: the most threads that an execution had.</param>
/// <param name="Steps">The number k: the steps over which change points were drawn.</param>
/// <param name="Executions">How many executions were drawn so.</param>
/// <param name="GaveWay">
/// Whether a thread that could go on gave way to others, at a wait loop or a timed sleep: nothing is proved for those.
/// </param>
public sealed record DepthGuarantee(int Depth, int Threads, int Steps, long Executions, bool GaveWay)
{
    /// <summary>One execution in so many hits the bug, at the worst.</summary>
    public double OneIn => Threads * Math.Pow(Steps, Depth - 1);

    /// <summary>The least probability that one of the executions hit the bug, from 0 to 1.</summary>
    public double AtLeast => -double.ExpM1(Executions * double.LogP1(-1 / OneIn));

    /// <summary>The guarantee in a sentence.</summary>
    public override string ToString()
        => string.Create(
            CultureInfo.InvariantCulture,
            $"a bug of depth {Depth} that shows within {Steps:N0} steps of at most {Threads} threads is hit with probability "
            + $"at least 1/{OneIn:N0} an execution, so after {Executions:N0} executions at least {100 * AtLeast:G3} %")
            + (GaveWay ? "; proved for threads that do not give way, as some did here" : "");
}
