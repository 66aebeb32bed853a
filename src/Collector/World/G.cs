namespace Testbed.Collector;

/// <summary>What a goroutine is doing. The seed's <c>Gidle</c> and so on, with its values.</summary>
internal enum GoroutineStatus
{
    /// <summary>Just allocated, unknown to anybody else.</summary>
    Idle = 0,

    /// <summary>Could run: on a run queue, or stopped at a safepoint and waiting for a P.</summary>
    Runnable = 1,

    /// <summary>Runs on an M that has a P.</summary>
    Running = 2,

    /// <summary>In a system call, on an M whose P may be taken away.</summary>
    Syscall = 3,

    /// <summary>Waits for something other than a P.</summary>
    Waiting = 4,

    /// <summary>Ended, or not yet given anything to run: has no roots.</summary>
    Dead = 6,
}

/// <summary>What a waiting goroutine waits for.</summary>
internal enum WaitReason
{
    /// <summary>It does not wait.</summary>
    None,

    /// <summary>It collects. The seed's "garbage collection".</summary>
    Collecting,

    /// <summary>Another goroutine has stopped the world or is about to.</summary>
    WorldSemaphore,

    /// <summary>The end of another goroutine.</summary>
    Join,

    /// <summary>It runs finalizers, and there are none. The seed's "finalizer wait".</summary>
    Finalizers,

    /// <summary>Somebody who receives. The seed's "chan send".</summary>
    ChannelSend,

    /// <summary>Somebody who sends. The seed's "chan receive".</summary>
    ChannelReceive,

    /// <summary>One of several things at channels. The seed's "select".</summary>
    Select,
}

/// <summary>A goroutine, in memory of the seam. Never freed before its world. The seed's <c>G</c>.</summary>
internal unsafe struct G
{
    /// <summary>
    /// Its number, from 1; written before it is published, then constant until it ends. Then 0, racy: who has seen it alive
    /// may still see either.
    /// </summary>
    internal long Id;

    /// <summary>
    /// Written by whoever owns the goroutine (its M while it runs; under the scheduler's lock otherwise), always
    /// volatile; counting and profiling read it at any time.
    /// </summary>
    internal GoroutineStatus Status;

    /// <summary>Valid while <see cref="Status"/> is waiting; same owner.</summary>
    internal WaitReason WaitReason;

    /// <summary>
    /// The segment with the newest frame, never null once published: written by the goroutine while it runs, read by
    /// the collector while the world is stopped.
    /// </summary>
    internal StackSegment* Stack;

    /// <summary>An empty segment kept for the next growth, or null; its own.</summary>
    internal StackSegment* SpareStack;

    /// <summary>
    /// A reference that its body is given when it starts, a root until then, or 0: written before it is published, cleared
    /// by itself. The seed's <c>sched.ctxt</c>.
    /// </summary>
    internal nint Context;

    /// <summary>When a collection first saw it blocked, in nanoseconds; 0 if none has. Only while the world is stopped.</summary>
    internal long WaitSince;

    /// <summary>
    /// The next on the run queue for all or a list of joiners, under the scheduler's lock; or on a list of
    /// <see cref="FreeGoroutines{TSync}"/>, under what protects that list; or of a chain that one M has taken off a queue.
    /// </summary>
    internal G* ScheduleLink;

    /// <summary>Goroutines that wait for this one to end; under the scheduler's lock.</summary>
    internal G* Joiners;

    /// <summary>A handle to the managed half; written before it is published, read by the M that runs it.</summary>
    internal nint Managed;
}
