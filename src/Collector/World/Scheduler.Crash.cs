using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Testbed.Collector;

/// <content>
/// The crash path: how a world ends that cannot go on. The seed's <c>throw</c>, <c>startpanic</c>, <c>dopanic</c>,
/// <c>freezetheworld</c> and <c>tracebackothers</c>.
/// </content>
/// <remarks>
/// <para>
/// Invariant: the thread that crashes may hold any lock but the crash lock, and waits for nobody. All that it reads, it
/// reads without a lock; so do those who crash after it, who wait for its dump and leave without one of their own.
/// (The seed took the lock of the array of all goroutines here, and hung if that was where it crashed:
/// golang/go#42669.)
/// </para>
/// <para>
/// Every exception that ends the world comes by here once: one that leaves a goroutine, a worker of a collection or an
/// observer, a deadlock, and growth that fails under a lock. What a process would end with, a world ends by unwinding:
/// each goroutine that is still on a thread throws <see cref="WorldFailedException"/> at its next safepoint, and
/// <c>Run</c> throws the exception that was dumped.
/// </para>
/// </remarks>
internal sealed unsafe partial class Scheduler<TSync>
{
    /// <summary>How often a crashing thread looks whether the others have stopped. The seed's 5.</summary>
    private const int FreezeTries = 5;

    /// <summary>How long it waits between, in pause instructions: some milliseconds. The seed's 1 ms.</summary>
    private const int FreezePause = 100_000;

    /// <summary>Whether the world has failed and been dumped. Any thread.</summary>
    private bool HasFailed => (TSync.VolatileRead(&_state->Stop) & StopReason.Failure) != 0;

    /// <summary>
    /// Dumps the world and fails it, unless another thread has. Any thread, with any locks. The exception is the caller's
    /// to throw, once it has left its locks.
    /// </summary>
    /// <param name="exception">What cannot be gone on from.</param>
    /// <param name="m">The M that calls, if it is known.</param>
    internal void Die(Exception exception, M* m = null)
    {
        // One that unwinds a goroutine because the world has failed is no failure of its own.
        if (exception is WorldFailedException)
        {
            return;
        }

        // A deadlock of the goroutines is their program's, which Run tells of.
        if (exception is not DeadlockException)
        {
            TSync.ReportFailure(exception);
        }

        TSync.Enter(_crashLock);
        if (TSync.Read(&_state->Failure) == 0)
        {
            TSync.Write(&_state->Failure, GCHandle.ToIntPtr(GCHandle.Alloc(exception)));
            Freeze(m);
            Dump(exception, m);
            TSync.Or((int*)&_state->Stop, (int)StopReason.Failure);
        }

        TSync.Exit(_crashLock);
    }

    /// <summary>
    /// Ends the world with an exception that left a goroutine, or with a deadlock, and lets all goroutines go that wait
    /// on a thread; on that M, without a lock.
    /// </summary>
    private void Fail(M* m, Exception exception)
    {
        Die(exception, m);
        TSync.Enter(_lock);

        // While the world is stopped, those that wait for a P keep waiting, and may help to collect: whoever starts it
        // again lets one of them go when it leaves its P. (Plain: the crash lock and this one order who writes the word.)
        M* waiters = (TSync.Read(&_state->Stop) & StopReason.World) == 0 ? TakeAllWaiters() : null;
        for (M* waiter; (waiter = TakeWorldWaiter()) != null;)
        {
            TSync.Write(&waiter->ScheduleLink, waiters);
            waiters = waiter;
        }

        // The monitor is no M: it may fail the world when all of them sleep already.
        M* first = TakeFirstMachineIfOver();
        TSync.Exit(_lock);
        WakeAll(waiters);
        Wake(first);
    }

    /// <summary>Throws the exception that the world failed with, if it has.</summary>
    private void ThrowIfFailed()
    {
        if (HasFailed)
        {
            ExceptionDispatchInfo.Throw((Exception)GCHandle.FromIntPtr(TSync.Read(&_state->Failure)).Target!);
        }
    }

    /// <summary>Waits until the thread that crashes has dumped the world; without a lock.</summary>
    private void WaitForDump()
    {
        TSync.Enter(_crashLock);
        TSync.Exit(_crashLock);
    }

    /// <summary>
    /// Lets goroutines stop at their next safepoint, and waits a little for those that come to one: one that waits for a
    /// lock of the crashing thread never does. Leaves <see cref="SchedulerState.StopWait"/> alone, which a stopper of the
    /// world counts by (golang/go#17442). The seed's <c>freezetheworld</c>.
    /// </summary>
    private void Freeze(M* m)
    {
        TSync.Or((int*)&_state->Stop, (int)StopReason.Frozen);
        int own = m != null && TSync.Read(&m->Processor) == null ? 0 : 1;
        for (int tries = 0; tries < FreezeTries && CountProcessors(ProcessorStatus.Running) > own; tries++)
        {
            TSync.Pause(FreezePause);
        }
    }

    /// <summary>
    /// Writes what ends the world and what all goroutines do; under the crash lock and no other. The seed's
    /// <c>dopanic</c>.
    /// </summary>
    private void Dump(Exception exception, M* m)
    {
        if (_options.CrashOutput is not { } output)
        {
            return;
        }

        G* own = m == null ? null : TSync.Read(&m->Current);
        var text = new StringBuilder();
        text.Append("fatal error: ").Append(exception.Message).Append('\n');
        if (_options.CrashTrace)
        {
            AppendCrashTrace(text);
        }

        if (own != null)
        {
            AppendHeader(text, TSync.Read(&own->Id), TSync.Read(&own->Status));
            AppendFrames(text, own);
        }

        AppendOthers(text, own);
        try
        {
            output(text.ToString());
        }
#pragma warning disable CA1031 // A crash in a crash: the dump is lost, the world ends all the same ("panic during panic").
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>
    /// All goroutines that are alive but one, which may run meanwhile. Without a lock: see
    /// <see cref="AllGoroutines{TSync}"/>. The seed's <c>tracebackothers</c>.
    /// </summary>
    private void AppendOthers(StringBuilder text, G* own)
    {
        G** goroutines = Goroutines.Snapshot(out long count);
        for (long i = 0; i < count; i++)
        {
            G* g = TSync.Read(goroutines + i);
            GoroutineStatus status = TSync.VolatileRead(&g->Status);
            long id = TSync.VolatileRead(&g->Id);
            if (g != own && IsAlive(status) && id != 0)
            {
                AppendHeader(text, id, status);
            }
        }
    }

    private static void AppendHeader(StringBuilder text, long id, GoroutineStatus status)
        => text.Append(CultureInfo.InvariantCulture, $"\ngoroutine {id} [{NameOf(status)}]:\n");

    /// <summary>The frames of a goroutine whose stack nobody changes.</summary>
    private static void AppendFrames(StringBuilder text, G* g)
    {
        foreach (int slots in ShadowStack<TSync>.ListFrames(g))
        {
            text.Append(CultureInfo.InvariantCulture, $"\tframe of {slots} slots\n");
        }
    }
}
