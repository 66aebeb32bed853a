using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Finalizers of objects that the sweep has found unreachable, on their way to the goroutine that runs them. The seed's
/// <c>finq</c>, <c>finc</c>, <c>allfin</c>, <c>finlock</c>, <c>fing</c> and <c>fingwait</c>.
/// </summary>
/// <remarks>
/// <para>
/// The lock is among the workers that sweep. All else is ordered by stops of the world: nobody sweeps beside a goroutine;
/// whoever has collected calls <see cref="TakeRunner"/> before its next safepoint; and the goroutine that runs finalizers
/// collects between taking some and waiting for more.
/// </para>
/// <para>
/// Invariants: a block is on the queue with at least one finalizer, among the free ones with none, or with the goroutine
/// that runs finalizers; that goroutine waits only while the queue is empty, until the world runs again after a sweep
/// that has filled it.
/// </para>
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class FinalizerQueue<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly int _blockLength;
    private readonly Mutex _lock = TSync.CreateMutex("finlock");
    private readonly State* _state = TSync.Allocate<State>(1, "finq");

    internal FinalizerQueue(WorldOptions options) => _blockLength = options.FinalizersPerBlock;

    /// <summary>What the goroutine that runs finalizers does.</summary>
    private enum Runner
    {
        /// <summary>There is none yet.</summary>
        None,

        /// <summary>It runs, or is about to.</summary>
        Runs,

        /// <summary>It waits for finalizers. The seed's <c>fingwait</c>.</summary>
        Waits,
    }

    /// <summary>Whether finalizers wait to be run; while the world is stopped and nobody sweeps.</summary>
    internal bool HasWork => TSync.Read(&_state->Queue) != null;

    /// <summary>The newest block of all; while the world is stopped. The seed's <c>allfin</c>.</summary>
    internal FinalizerBlock* AllBlocks => TSync.Read(&_state->All);

    /// <summary>Appends the finalizer of an unreachable object; by the sweeper of its span. The seed's <c>queuefinalizer</c>.</summary>
    internal void Append(FinalizerRecord* record)
    {
        TSync.Enter(_lock);
        FinalizerBlock* block = TSync.Read(&_state->Queue);
        if (block == null || TSync.Read(&block->Count) == _blockLength)
        {
            block = TakeFree();
            TSync.Write(&block->Next, TSync.Read(&_state->Queue));
            TSync.Write(&_state->Queue, block);
        }

        int count = TSync.Read(&block->Count);
        QueuedFinalizer* item = FinalizerBlock.ItemOf(block, count);
        TSync.Write(&item->Target, TSync.Read(&record->Target));
        TSync.Write(&item->Function, TSync.Read(&record->Function));
        TSync.Write(&item->Roots.Closure, TSync.Read(&record->Roots.Closure));
        TSync.Write(&item->Roots.Parameter, TSync.Read(&record->Roots.Parameter));
        TSync.Write(&item->Roots.ObjectType, TSync.Read(&record->Roots.ObjectType));
        TSync.Write(&block->Count, count + 1);
        TSync.Exit(_lock);
    }

    /// <summary>Takes all blocks off the queue; by the goroutine that runs finalizers.</summary>
    /// <returns>The newest, each leading to the next; null if there is none.</returns>
    internal FinalizerBlock* TakeAll()
    {
        FinalizerBlock* block = TSync.Read(&_state->Queue);
        TSync.Write(&_state->Queue, null);
        return block;
    }

    /// <summary>
    /// Takes back a block whose finalizers have run; by the goroutine that runs them. Without the lock, as in the seed,
    /// where that became a bug once goroutines ran beside the sweep (golang/go#7324).
    /// </summary>
    internal void Give(FinalizerBlock* block)
    {
        TSync.Write(&block->Count, 0);
        TSync.Write(&block->Next, TSync.Read(&_state->Free));
        TSync.Write(&_state->Free, block);
    }

    /// <summary>
    /// Lets the goroutine that runs finalizers wait. It has just found the queue empty, and its M has kept its P since and
    /// until it waits, so that nothing is swept meanwhile: the queue is empty still, and nobody wakes it before.
    /// </summary>
    /// <param name="g">The goroutine, which has left its M.</param>
    internal void Wait(G* g)
    {
        TSync.Write(&_state->Waiting, g);
        TSync.Write(&_state->Runner, Runner.Waits);
    }

    /// <summary>
    /// Sees to it that the finalizers on the queue are run; by the goroutine that has collected, before its next safepoint.
    /// </summary>
    /// <param name="waiting">The goroutine that runs them if it waited: the caller makes it runnable. Else null.</param>
    /// <returns>Whether there is no such goroutine yet: the caller starts it.</returns>
    internal bool TakeRunner(out G* waiting)
    {
        Runner runner = TSync.Read(&_state->Runner);
        waiting = runner == Runner.Waits ? TSync.Read(&_state->Waiting) : null;
        TSync.Write(&_state->Runner, Runner.Runs);
        return runner == Runner.None;
    }

    /// <summary>Frees all blocks. Nothing runs any more.</summary>
    public void Dispose()
    {
        FinalizerBlock* block = TSync.Read(&_state->All);
        while (block != null)
        {
            FinalizerBlock* next = TSync.Read(&block->AllLink);
            TSync.Free(block);
            block = next;
        }

        TSync.Free(_state);
        TSync.Destroy(_lock);
    }

    /// <summary>An empty block, made if there is none; under the lock.</summary>
    private FinalizerBlock* TakeFree()
    {
        FinalizerBlock* block = TSync.Read(&_state->Free);
        if (block != null)
        {
            TSync.Write(&_state->Free, TSync.Read(&block->Next));
            return block;
        }

        int bytes = sizeof(FinalizerBlock) + (_blockLength * sizeof(QueuedFinalizer));
        block = (FinalizerBlock*)TSync.Allocate<nint>((nuint)(bytes / sizeof(nint)), "finblock");
        TSync.Write(&block->AllLink, TSync.Read(&_state->All));
        TSync.Write(&_state->All, block);
        return block;
    }

    /// <summary>Under the lock while the world is swept; at any other time ordered by the stops of the world.</summary>
    private struct State
    {
        /// <summary>Blocks with finalizers to run, the newest first. The seed's <c>finq</c>.</summary>
        internal FinalizerBlock* Queue;

        /// <summary>Empty blocks. The seed's <c>finc</c>.</summary>
        internal FinalizerBlock* Free;

        /// <summary>All blocks, the newest first. The seed's <c>allfin</c>.</summary>
        internal FinalizerBlock* All;

        /// <summary>The goroutine that runs finalizers, if it waits. The seed's <c>fing</c>.</summary>
        internal G* Waiting;

        /// <summary>What that goroutine does.</summary>
        internal Runner Runner;
    }
}
