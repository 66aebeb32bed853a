using System.Runtime.InteropServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Runs a body for each index of a range on several workers. Each starts with an equal slice, and steals half of
/// another's when it runs out. The seed's <c>ParFor</c>, <c>parforsetup</c> and <c>parfordo</c>.
/// </summary>
/// <remarks>
/// <para>
/// A slice is one word, the end above the begin. Its owner takes an index by adding one to the begin; a thief swaps in
/// a smaller end. Begins only grow and ends only shrink until the owner, whose slice is empty by then, makes what it
/// stole its new slice. An index once taken is in no slice again, so a slice never has an old value with more than one
/// index in it again, and a swap that succeeds takes exactly what was read.
/// </para>
/// <para>
/// The last index of a slice cannot be stolen: every worker must come, and come once.
/// </para>
/// <para>
/// A worker counts itself done when its slice is empty and it holds no stolen one; before it steals again it takes
/// that back. So when all count as done every index has been run. One that still counts may take it back then, find
/// nothing, and count itself again: whoever looks meanwhile looks again.
/// </para>
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class ParallelFor<TSync> : IDisposable
    where TSync : struct, ISync
{
    private const int EndShift = 32;
    private const int PauseIterations = 20;

    private readonly string _name;
    private readonly Action<long, int> _body;
    private readonly int _stealTriesPerWorker;
    private readonly State* _state;
    private readonly Slice* _slices;

    /// <summary>Makes a loop; <see cref="Setup"/> makes it ready to run.</summary>
    /// <param name="options">The greatest number of workers, and how often they try to steal.</param>
    /// <param name="name">What reports call it.</param>
    /// <param name="body">Is called with an index and with the worker that runs it.</param>
    internal ParallelFor(WorldOptions options, string name, Action<long, int> body)
    {
        _name = name;
        _body = body;
        _stealTriesPerWorker = options.StealTriesPerWorker;
        _state = TSync.Allocate<State>(1, name);
        _slices = TSync.Allocate<Slice>((nuint)options.MaxGcWorkers, name + ".slice");
    }

    /// <summary>Makes ready to run; while no worker runs it, ordered before their calls of <see cref="Run"/>.</summary>
    /// <param name="workers">How many workers will run it.</param>
    /// <param name="count">How many indices there are, from 0; less than 2^31.</param>
    /// <param name="waitForAll">Whether a worker returns only when all bodies have returned.</param>
    internal void Setup(int workers, long count, bool waitForAll)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(count, int.MaxValue);
        TSync.Write(&_state->Workers, workers);
        TSync.Write(&_state->WaitForAll, waitForAll);
        TSync.Write(&_state->Arrived, 0);
        TSync.Write(&_state->Done, 0);
        TSync.Write(&_state->Failed, 0);
        for (int i = 0; i < workers; i++)
        {
            ulong slice = Pack((uint)(count * i / workers), (uint)(count * (i + 1) / workers));
            TSync.Write(&_slices[i].Range, slice);
        }
    }

    /// <summary>Takes part, until there is nothing left to do; each worker calls it once after a setup.</summary>
    /// <param name="worker">The caller's number, for the body.</param>
    /// <exception cref="CorruptionException">More workers come than were announced.</exception>
    internal void Run(int worker)
    {
        int self = TSync.Add(&_state->Arrived, 1) - 1;
        int workers = TSync.Read(&_state->Workers);
        if (self >= workers)
        {
            throw new CorruptionException($"worker {self} comes to {_name}, which was set up for {workers}");
        }

        do
        {
            RunOwnSlice(self, worker);
        }
        while (StealSome(self, workers) || (TSync.Read(&_state->WaitForAll) && StealLate(self, workers)));
    }

    /// <summary>Lets workers that wait for all return: the caller has failed and does not go on with its slice.</summary>
    internal void Fail() => TSync.VolatileWrite(&_state->Failed, 1);

    /// <summary>Frees the slices. No worker runs any more.</summary>
    public void Dispose()
    {
        TSync.Free(_slices);
        TSync.Free(_state);
    }

    private void RunOwnSlice(int self, int worker)
    {
        while (true)
        {
            // The begin may come to lie one past the end: that is an empty slice too.
            ulong range = TSync.Add(&_slices[self].Range, 1UL);
            uint index = Begin(range) - 1;
            if (index >= End(range))
            {
                return;
            }

            _body(index, worker);
        }
    }

    /// <summary>Tries a few times, at random, to steal; then counts the worker done.</summary>
    /// <returns>Whether it stole; if not, it counts as done.</returns>
    private bool StealSome(int self, int workers)
    {
        int triesMax = _stealTriesPerWorker * workers;
        for (int tries = 0; tries < triesMax; tries++)
        {
            if (TSync.VolatileRead(&_state->Done) + 1 == workers)
            {
                break;
            }

            int victim = (int)TSync.Choose((uint)(workers - 1));
            if (victim >= self)
            {
                victim++;
            }

            ulong range = TSync.VolatileRead(&_slices[victim].Range);
            if (IsStealable(range) && TrySteal(self, victim, range))
            {
                return true;
            }

            if (tries >= workers)
            {
                TSync.Pause(PauseIterations);
            }
        }

        CountDone(workers);
        return false;
    }

    /// <summary>Waits until every index has been run, a worker has failed, or there is something to steal.</summary>
    /// <returns>Whether it stole; then the worker no longer counts as done.</returns>
    private bool StealLate(int self, int workers)
    {
        int turn = 0;
        while (TSync.VolatileRead(&_state->Done) != workers && TSync.VolatileRead(&_state->Failed) == 0)
        {
            // Looks at every other worker, not at a random one, so that a turn finds what there is.
            bool sawSome = false;
            for (int offset = 1; offset < workers; offset++)
            {
                int victim = (self + offset) % workers;
                ulong range = TSync.VolatileRead(&_slices[victim].Range);
                if (!IsStealable(range))
                {
                    continue;
                }

                // Taken back before the swap: afterwards the others could see all done while this one holds a slice.
                sawSome = true;
                TSync.Add(&_state->Done, -1);
                if (TrySteal(self, victim, range))
                {
                    return true;
                }

                CountDone(workers);
            }

            if (!sawSome)
            {
                TSync.Spin(turn);
                turn++;
            }
        }

        return false;
    }

    /// <summary>Moves the upper half of a victim's slice, as it was read, to the caller's.</summary>
    /// <returns>Whether it was still the same.</returns>
    private bool TrySteal(int self, int victim, ulong range)
    {
        uint begin = Begin(range);
        uint end = End(range);
        uint middle = begin + ((end - begin) / 2);
        if (TSync.CompareExchange(&_slices[victim].Range, Pack(begin, middle), range) != range)
        {
            return false;
        }

        // Nobody else writes it: it is empty, so there was nothing to steal from it.
        TSync.VolatileWrite(&_slices[self].Range, Pack(middle, end));
        return true;
    }

    private void CountDone(int workers)
    {
        int done = TSync.Add(&_state->Done, 1);
        if (done > workers)
        {
            throw new CorruptionException($"{done} of {workers} workers of {_name} are done");
        }
    }

    /// <summary>Whether there are two indices or more. An end below the begin is none.</summary>
    private static bool IsStealable(ulong range) => (ulong)Begin(range) + 1 < End(range);

    private static uint Begin(ulong range) => (uint)range;

    private static uint End(ulong range) => (uint)(range >> EndShift);

    private static ulong Pack(uint begin, uint end) => ((ulong)end << EndShift) | begin;

    /// <summary>The words that all workers share.</summary>
    private struct State
    {
        /// <summary>How many workers have come; hands each its slice. Atomic, but plain in the setup.</summary>
        internal int Arrived;

        /// <summary>How many workers hold no index. Atomic, but plain in the setup.</summary>
        internal int Done;

        /// <summary>
        /// 1 once a worker has failed. Volatile, but in the setup: nothing else is read by it, since those that see it only
        /// stop waiting.
        /// </summary>
        internal int Failed;

        /// <summary>How many workers there are: written by the setup, constant while they run.</summary>
        internal int Workers;

        /// <summary>Whether they wait for each other: written by the setup, constant while they run.</summary>
        internal bool WaitForAll;
    }

    /// <summary>A worker's slice, on a cache line of its own.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Slice
    {
        /// <summary>The end in the upper half, the begin in the lower. Atomic, but plain in the setup.</summary>
        internal ulong Range;
    }
}
