using Testbed.Collector;
using Testbed.Models.Heaps;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Properties.Faults;

/// <summary>How a collection runs that has the wrong shape.</summary>
public enum CycleFault
{
    RunsRootJobTwice,
    ForgetsGoroutine,
    RunsRootJobAfterSweep,
    LosesWorker,
    SweepsSpanTwice,
    RunsMutator,
    StopsTwice,
}

/// <summary>An oracle that is told of what a collection with a bug would do.</summary>
internal sealed class FaultyCycle(ShadowHeap shadow, CycleFault fault) : ShadowOracle<NativeSync>(shadow)
{
    public override void WorldStopped()
    {
        base.WorldStopped();
        if (fault == CycleFault.StopsTwice)
        {
            base.WorldStopped();
        }
        else if (fault == CycleFault.RunsMutator)
        {
            MutatorSteps();
        }
    }

    public override void RootJobStarted(in RootJob job)
    {
        if (fault != CycleFault.ForgetsGoroutine || job is not { Kind: RootJobKind.Goroutines, First: 0 })
        {
            base.RootJobStarted(job);
        }

        if (fault == CycleFault.RunsRootJobTwice && job is { Kind: RootJobKind.SpanTypes, First: 0 })
        {
            base.RootJobStarted(job);
        }
    }

    public override void MarkEnded()
    {
        if (fault != CycleFault.LosesWorker)
        {
            base.MarkEnded();
        }
    }

    public override void SweepStarted(int span)
    {
        base.SweepStarted(span);
        if (fault == CycleFault.SweepsSpanTwice)
        {
            base.SweepStarted(span);
        }
        else if (fault == CycleFault.RunsRootJobAfterSweep)
        {
            base.RootJobStarted(new RootJob(0, RootJobKind.Data, 0, 1));
        }
    }
}
