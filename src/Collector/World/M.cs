using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>A thread that runs goroutines and helps to collect, in memory of the seam. The seed's <c>M</c>.</summary>
internal unsafe struct M
{
    /// <summary>Its number, from 0; constant.</summary>
    internal int Id;

    /// <summary>What it sleeps on while it has nothing to do; constant. Woken by whoever hands it a P or a job.</summary>
    internal Note Park;

    /// <summary>The P that it runs on, or null; its own.</summary>
    internal P* Processor;

    /// <summary>
    /// The P that it is to run on: written under the scheduler's lock before <see cref="Park"/> is woken, taken after.
    /// </summary>
    internal P* NextProcessor;

    /// <summary>The goroutine that it runs, or null; its own. An extra M always has the same.</summary>
    internal G* Current;

    /// <summary>
    /// Its index among the workers of a collection, 0 if it does not help: written by the collecting M before
    /// <see cref="Park"/> is woken, reset by itself.
    /// </summary>
    internal int HelpGc;

    /// <summary>
    /// 1 while it looks for a goroutine to steal, counted in <see cref="SchedulerState.SpinningCount"/>: its own, and
    /// written by whoever wakes it to look, before <see cref="Park"/> is woken.
    /// </summary>
    internal int Spinning;

    /// <summary>
    /// The next idle M, or the next that waits, under the scheduler's lock; or the next extra M, by whoever has their list.
    /// </summary>
    internal M* ScheduleLink;

    /// <summary>The next M of the world; written under the scheduler's lock before it is published, then constant.</summary>
    internal M* AllLink;

    /// <summary>
    /// 1 once its thread was started (or it needs none): written by its maker and by the one who first wakes it, before
    /// which nobody else knows it.
    /// </summary>
    internal int Started;

    /// <summary>
    /// Its thread; the default for the caller of <c>Run</c> and an extra M. Written by whoever starts it, and read when the
    /// world ends: once that M or the monitor has been joined, or that thread has left.
    /// </summary>
    internal SyncThread Thread;
}
