using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// All roots in one array, which one thread fills before the workers start: what the seed's commit did away with
/// (<c>addroots</c>, <c>addroot</c>).
/// </summary>
/// <remarks>
/// The thread that gathers flushes the thread caches too. (Before the seed's commit their objects were marked instead,
/// so that sweep kept them: <c>addfreelists</c>.)
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class CollectedRoots<TSync> : IRootSink, IDisposable
    where TSync : struct, ISync
{
    private const nuint FirstCapacity = 4096 / 24;

    private readonly RootMarker<TSync> _roots;
    private readonly ObjectScanner<TSync> _scanner;
    private readonly State* _state;

    internal CollectedRoots(RootMarker<TSync> roots, ObjectScanner<TSync> scanner)
    {
        _roots = roots;
        _scanner = scanner;
        _state = TSync.Allocate<State>(1, "work.roots");
    }

    /// <summary>How many there are.</summary>
    internal long Count => (long)TSync.Read(&_state->Count);

    /// <summary>Bytes of the array; between collections.</summary>
    internal long Bytes => (long)TSync.Read(&_state->Capacity) * sizeof(WorkItem);

    /// <summary>Runs all jobs; by one thread, after the setup of the root marker and before the workers start.</summary>
    internal void Gather()
    {
        TSync.Write(&_state->Count, 0u);
        for (long job = 0; job < _roots.JobCount; job++)
        {
            _roots.AddRoots(job, 0, this);
        }
    }

    /// <summary>Marks from a root; each index once a collection, by any worker.</summary>
    internal void MarkRoot(long index, int worker)
    {
        WorkItem* root = TSync.Read(&_state->Items) + index;
        _scanner.Start(worker);
        _scanner.Add(worker, TSync.Read(&root->Start), TSync.Read(&root->Bytes), TSync.Read(&root->Type));
        _scanner.Scan(worker, keepWorking: false);
    }

    /// <inheritdoc/>
    public void Add(int worker, nint start, nuint bytes, TypeInfo* type)
    {
        nuint count = TSync.Read(&_state->Count);
        if (count == TSync.Read(&_state->Capacity))
        {
            Grow(count);
        }

        WorkItem* root = TSync.Read(&_state->Items) + count;
        TSync.Write(&root->Start, start);
        TSync.Write(&root->Bytes, bytes);
        TSync.Write(&root->Type, type);
        TSync.Write(&_state->Count, count + 1);
    }

    /// <inheritdoc/>
    public void AddWord(int worker, nint* word) => Add(worker, (nint)word, (nuint)sizeof(nint), null);

    /// <summary>Frees the array. No worker is left.</summary>
    public void Dispose()
    {
        TSync.Free(TSync.Read(&_state->Items));
        TSync.Free(_state);
    }

    private void Grow(nuint count)
    {
        nuint capacity = count == 0 ? FirstCapacity : 2 * count;
        WorkItem* old = TSync.Read(&_state->Items);
        WorkItem* items = TSync.Allocate<WorkItem>(capacity, "roots");
        if (old != null)
        {
            TSync.Copy(old, items, count * (nuint)sizeof(WorkItem));
            TSync.Free(old);
        }

        TSync.Write(&_state->Items, items);
        TSync.Write(&_state->Capacity, capacity);
    }

    /// <summary>Written by the thread that gathers, before the workers start; constant while they run.</summary>
    private struct State
    {
        /// <summary>The array.</summary>
        internal WorkItem* Items;

        /// <summary>How many roots it holds.</summary>
        internal nuint Count;

        /// <summary>How many it has room for.</summary>
        internal nuint Capacity;
    }
}
