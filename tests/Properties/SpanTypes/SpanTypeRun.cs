using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Properties.SpanTypes;

/// <summary>
/// Two threads allocate objects, each from a cache of its own, and look at what the other has allocated; then the heap is
/// swept. An object has the type that it was allocated with, for whoever looks.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class SpanTypeRun<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly SpanTypeCase _case;
    private readonly Heap<TSync> _heap;
    private readonly TypeTable<TSync> _types = new();
    private readonly Sweeper<TSync> _sweeper;
    private readonly nint[] _infos = new nint[SpanTypeCase.Types + 1];
    private readonly nint[] _caches = new nint[SpanTypeCase.Threads];
    private readonly List<(nint Start, TypedObject Item)> _kept = [];

    private SpanTypeRun(SpanTypeCase generated)
    {
        _case = generated;
        _heap = new Heap<TSync>(new WorldOptions
        {
            ArenaBytes = 256 << 10,
            PageBytes = 512,
            HeapGrowBytes = 512,
            MaxSmallSize = 128,
            FirstTriggerBytes = long.MaxValue,
            TypesPerByteTable = generated.TypesPerByteTable,
        });
        _sweeper = new Sweeper<TSync>(_heap);
        for (int type = 1; type < _infos.Length; type++)
        {
            _infos[type] = (nint)_types.Register(new TypeShape($"type {type}", 16, 0)).Info;
        }

        for (int thread = 0; thread < _caches.Length; thread++)
        {
            _caches[thread] = (nint)_heap.CreateCache();
        }
    }

    /// <summary>Runs a case.</summary>
    /// <exception cref="Xunit.Sdk.XunitException">An object has another type.</exception>
    internal static void Run(SpanTypeCase generated)
    {
        using var run = new SpanTypeRun<TSync>(generated);
        foreach (IReadOnlyList<IReadOnlyList<TypedObject>> turns in generated.Rounds)
        {
            run.RunRound(turns);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _types.Dispose();
        _heap.Dispose();
    }

    private void RunRound(IReadOnlyList<IReadOnlyList<TypedObject>> turns)
    {
        int most = turns.Max(turn => turn.Count);
        nint* slots = TSync.Allocate<nint>((nuint)Math.Max(1, SpanTypeCase.Threads * most), "slots");
        SyncThread other = TSync.StartThread("other", () => Allocate(turns, 1, slots, most));
        Allocate(turns, 0, slots, most);
        TSync.Join(other);
        for (int thread = 0; thread < SpanTypeCase.Threads; thread++)
        {
            _kept.AddRange(turns[thread].Select((item, i) => (TSync.VolatileRead(slots + (thread * most) + i), item)));
        }

        TSync.Free(slots);
        RequireTypes();
        Collect();
        RequireTypes();
    }

    /// <summary>Allocates, and looks each time at what the other thread has allocated at its like turn.</summary>
    private void Allocate(IReadOnlyList<IReadOnlyList<TypedObject>> turns, int thread, nint* slots, int most)
    {
        int other = 1 - thread;
        for (int i = 0; i < turns[thread].Count; i++)
        {
            TypedObject item = turns[thread][i];
            AllocationKind kind = item.Type switch
            {
                -1 => AllocationKind.NoScan,
                0 => AllocationKind.Conservative,
                _ => AllocationKind.Typed,
            };
            var type = (TypeInfo*)_infos[Math.Max(0, item.Type)];
            nint start = _heap.TryAllocate((ThreadCache*)_caches[thread], (nuint)item.Bytes, type, kind);
            Assert.NotEqual(0, start);
            TSync.VolatileWrite(slots + (thread * most) + i, start);
            nint theirs = i < turns[other].Count ? TSync.VolatileRead(slots + (other * most) + i) : 0;
            if (theirs != 0)
            {
                RequireType(theirs, turns[other][i], SpanTypes<TSync>.Find);
            }
        }
    }

    /// <summary>Frees what does not stay, and whatever spans are then free.</summary>
    private void Collect()
    {
        _heap.FlushAllCaches();
        _kept.RemoveAll(kept => !kept.Item.Stays);
        _kept.ForEach(kept => Assert.True(_heap.Bitmap.TryMark(kept.Start)));
        for (int i = 0; i < _heap.SpanCount; i++)
        {
            _sweeper.SweepSpan(i, (ThreadCache*)_caches[0]);
        }

        _heap.CheckInvariants();
    }

    private void RequireTypes() => _kept.ForEach(kept => RequireType(kept.Start, kept.Item, SpanTypes<TSync>.Get));

    private void RequireType(nint start, TypedObject item, TypeReader read)
    {
        Assert.True(_heap.TryFindObject(start, out nint found, out Span* span));
        Assert.Equal(start, found);
        Assert.Equal(item.Type >= 0, _heap.Bitmap.IsScan(start));
        if (item.Type >= 0)
        {
            int type = Array.IndexOf(_infos, (nint)read(span, start));
            Assert.True(type == item.Type, $"an object of type {item.Type} has type {type}\n{_case}");
        }
    }

    /// <summary>A way to read the type of an object.</summary>
    private delegate TypeInfo* TypeReader(Span* span, nint start);
}
