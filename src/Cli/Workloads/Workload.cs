namespace Testbed.Cli.Workloads;

/// <summary>A program that does real work on the collected heap and checks its own result.</summary>
/// <remarks>
/// The results that it reports depend on its options alone, not on how many Ps, workers or collections there were.
/// </remarks>
internal abstract class Workload
{
    /// <summary>What the command line calls it.</summary>
    public abstract string Name { get; }

    /// <summary>One line: what it does.</summary>
    public abstract string Summary { get; }

    /// <summary>The sizes that a run takes unless it is given others; also says which sizes it has.</summary>
    public abstract WorkloadSizes Defaults { get; }

    /// <summary>Whether it reads a text that <c>--input</c> may name.</summary>
    public virtual bool ReadsInput => false;

    /// <summary>What the size says.</summary>
    public virtual string SizeMeaning => "how many elements there are";

    /// <summary>The shapes in which the ways to find roots are compared; empty if they are not.</summary>
    public virtual IReadOnlyList<ComparedShape> ComparedShapes => [];

    /// <summary>Creates the body of the first goroutine. Not called from inside the world.</summary>
    /// <param name="run">The run, whose world has not started.</param>
    /// <exception cref="InputException">An input is missing or damaged.</exception>
    public abstract Func<NativeGoroutine, Collector.GoroutineTask> Prepare(WorkloadRun run);
}
