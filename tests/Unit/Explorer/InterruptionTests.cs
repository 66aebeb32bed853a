using System.Threading;
using Testbed.Explorer;
using Testbed.Models;
using Testbed.Sync;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer;

/// <summary>
/// A hunt may be told to stop at any step of any execution: of one that passes, one that fails, and one that is run again
/// for its report. What was found by then stays what it is. The step is given, not a time, so that each is tried.
/// </summary>
public sealed unsafe class InterruptionTests
{
    private const int CutsPerScenario = 10;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>Over all executions of a hunt: the steps taken so far, and the one at which it is interrupted.</summary>
    private int _taken;

    private int _interrupted;
    private Action _interrupt = static () => { };

    [Theory]
    [InlineData("random")]
    [InlineData("exhaustive")]
    public void A_failure_found_at_the_last_moment_is_no_nondeterminism(string strategy)
    {
        int found = 0;
        var options = new ExplorationOptions { Strategy = strategy, ReportLeaks = false };
        InterruptAtEachStep(options, (search, engine) =>
        {
            _interrupt = engine.Watch.Cancel;
            search.Explore(engine, static _ => { });
            search.Close();
            foreach (Failure failure in search.Finish().Failures)
            {
                Assert.Equal((FailureKind.Oracle, "both wrote"), (failure.Kind, failure.Message));
                Assert.Equal(ReplayOutcome.Reproduced, Replay.Run(failure.Trace, BothWrite).Outcome);
                found++;
            }
        });
        Assert.True(found > 1, "no failure came before an interruption");
    }

    [Fact]
    public void Shrinking_that_is_interrupted_keeps_the_failure()
    {
        var options = new ExplorationOptions { Strategy = "random", ReportLeaks = false, Shrink = false };
        var report = new FailureReport("program", BothWrite, options);
        Failure found = Assert.Single(
            new Exploration("program", BothWrite, options).Run(cancel: TestContext.Current.CancellationToken).Failures);
        Assert.True(found.Preemptions > 1, "nothing is left to shrink");
        bool ended = false;
        for (_interrupted = 1; !ended; _interrupted += 1 + (_interrupted / 16))
        {
            using var cancel = new CancellationTokenSource();
            _taken = 0;
            _interrupt = cancel.Cancel;
            Failure shrunk = new FailureShrinker(BothWrite, options, report).Shrink(found, static _ => { }, cancel.Token);
            Assert.Equal((found.Kind, found.Message), (shrunk.Kind, shrunk.Message));
            Assert.Equal(ReplayOutcome.Reproduced, Replay.Run(shrunk.Trace, BothWrite).Outcome);
            ended = shrunk.Shrinking!.End == ShrinkEnd.Minimal;
            Assert.True(ended || shrunk.Shrinking.End == ShrinkEnd.Cancelled);
        }
    }

    [Fact]
    public void A_candidate_that_takes_long_is_not_waited_for()
    {
        int steps = 0;
        var budget = new ShrinkBudget(int.MaxValue, long.MaxValue, TimeSpan.MaxValue);
        using var engine = new Engine(HandOff.Semaphore, processor: null);
        Assert.True(budget.TryTake());
        ExecutionOutcome outcome = engine.Run(
            () =>
            {
                for (; steps < 1000; steps++)
                {
                    S.MemoryBarrier();
                    if (steps == 10)
                    {
                        budget.Cancel();
                    }
                }
            },
            new ExecutionPlan(new Attempt(new RandomWalk(), [], budget), 1, 0, 0, 20_000));
        Assert.Equal((11, true, ShrinkEnd.Cancelled), (outcome.Steps, outcome.IsCutShort, budget.End));
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Each_scenario_unwinds_from_any_step(string name)
    {
        Action body = Catalogue.All.Single(scenario => scenario.Name == name).Run<S>;
        var stall = new EngineThread("interrupted", s_limit).Run(engine =>
        {
            int steps = engine.Run(body, new ExecutionPlan(new EndsAt(int.MaxValue), 1, 0, 0, 20_000)).Steps;
            int stride = Math.Max(1, steps / CutsPerScenario);
            for (int step = 1; step < steps; step += stride)
            {
                _ = engine.Run(body, new ExecutionPlan(new EndsAt(step), 1, 0, 0, 20_000));
            }
        });
        Assert.Null(stall);
    }

    public static TheoryData<string> Scenarios => [.. Catalogue.All.Select(scenario => scenario.Name)];

    /// <summary>Hunts, interrupted at the first step, then at the second, until a hunt ends before.</summary>
    private void InterruptAtEachStep(ExplorationOptions options, Action<ISearch, Engine> hunt)
    {
        var report = new FailureReport("program", BothWrite, options);
        for (_interrupted = 1; ; _interrupted++)
        {
            using var engine = new Engine(HandOff.Semaphore, processor: null);
            _taken = 0;
            hunt(
                options.Strategy == Strategies.Exhaustive
                    ? new ExhaustiveSearch(BothWrite, options, report)
                    : new Sampling(BothWrite, options, report),
                engine);
            if (_taken < _interrupted)
            {
                break;
            }
        }
    }

    private void BothWrite()
    {
        int* place = S.Allocate<int>(1, "place");
        Programs.Both(() => Write(place, 1), () => Write(place, 2));
        OracleException.Require(S.VolatileRead(place) != 0, "nobody wrote");
        S.Free(place);
    }

    private void Write(int* place, int value)
    {
        for (int i = 0; i < 4; i++)
        {
            Step();
            int before = S.RacyRead(place);
            OracleException.Require(before == 0 || before == value || i < 2, "both wrote");
            Step();
            S.RacyWrite(place, value);
        }
    }

    private void Step()
    {
        if (++_taken == _interrupted)
        {
            _interrupt();
        }
    }

    /// <summary>A random walk that is told to stop before a step.</summary>
    private sealed class EndsAt(int step) : IStrategy
    {
        private readonly RandomWalk _walk = new();

        public void Begin(SchedulingRandom random, long execution, int expectedSteps)
            => _walk.Begin(random, execution, expectedSteps);

        public int Next(in SchedulingPoint point) => point.Step >= step ? -1 : _walk.Next(point);

        public uint Choose(uint bound) => _walk.Choose(bound);
    }
}
