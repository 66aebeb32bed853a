using Testbed.Explorer;
using Testbed.Properties.Reduction;
using Xunit;

namespace Testbed.Properties;

/// <summary>
/// The exhaustive strategy leaves nothing out and does nothing twice: compared with all interleavings, one by one.
/// </summary>
public sealed class ReductionProperties
{
    private const int Cases = 60;

    /// <summary>A program with more traces or interleavings is skipped.</summary>
    private const int MostTraces = 100;

    private const int MostInterleavings = 5_000;

    [Fact]
    public void It_sees_the_same_ends_and_failures_as_all_interleavings_and_each_trace_once()
        => PropertyCheck.Holds(SmallPrograms.All, Check, Cases);

    private static void Check(SmallProgram program)
    {
        (ExplorationResult reduced, SortedSet<string> ends) = Explore(program, isReduced: true, MostTraces);
        if (reduced.Executions + reduced.Blocked >= MostTraces)
        {
            return;
        }

        (ExplorationResult all, SortedSet<string> allEnds) = Explore(program, isReduced: false, MostInterleavings);
        if (all.Executions + all.Blocked >= MostInterleavings)
        {
            return;
        }

        Assert.Equal(Kinds(all), Kinds(reduced));
        Assert.Equal(allEnds, ends);
        Assert.Equal(all.Distinct, reduced.Executions);
        Assert.Equal(all.Distinct, reduced.Distinct);
    }

    /// <summary>So does a search that is split at its root, of which each part knows nothing of the others.</summary>
    [Fact]
    public void So_does_one_that_two_workers_share() => PropertyCheck.Holds(SmallPrograms.All, CheckShared, Cases);

    private static void CheckShared(SmallProgram program)
    {
        (ExplorationResult alone, SortedSet<string> ends) = Explore(program, isReduced: true, MostTraces);
        if (alone.Executions + alone.Blocked >= MostTraces)
        {
            return;
        }

        (ExplorationResult shared, SortedSet<string> sharedEnds) =
            Explore(program, isReduced: true, int.MaxValue, workers: 2);
        Assert.Equal(Kinds(alone), Kinds(shared));
        Assert.Equal(ends, sharedEnds);
        Assert.Equal(alone.Executions, shared.Executions);
        Assert.Equal(alone.Distinct, shared.Distinct);
    }

    private static (ExplorationResult Result, SortedSet<string> Ends) Explore(
        SmallProgram program, bool isReduced, int most, int workers = 1)
    {
        var ends = new SortedSet<string>(StringComparer.Ordinal);
        var options = new ExplorationOptions
        {
            Strategy = Strategies.Exhaustive,
            MaxExecutions = most,
            Workers = workers,
            ExecutionsAlone = 0,
            Cubes = 12,
            MaxFailures = int.MaxValue,
            IsReduced = isReduced,
            CountsTraces = true,
            Shrink = false,
            ReportLeaks = false,
        };
        return (new Exploration("program", Body, options).Run(), ends);

        void Body()
        {
            string end = program.Run();
            lock (ends)
            {
                ends.Add(end);
            }
        }
    }

    private static IEnumerable<FailureKind> Kinds(ExplorationResult result)
        => result.Failures.Select(failure => failure.Kind).Distinct().Order();
}
