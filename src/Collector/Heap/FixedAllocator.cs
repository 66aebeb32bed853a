using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Gives out records of one size, cut from chunks that are kept until the end, and takes them back. The seed's
/// <c>FixAlloc</c>.
/// </summary>
/// <remarks>Its owner holds a lock around each call. What a record holds when it is given out is undefined.</remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class FixedAllocator<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly string _name;
    private readonly int _recordWords;
    private readonly int _recordsPerChunk;
    private readonly State* _state;

    /// <summary>An allocator that has no chunk yet.</summary>
    /// <param name="name">What reports call a chunk.</param>
    /// <param name="recordBytes">The bytes of a record; a multiple of 8.</param>
    /// <param name="chunkBytes">The bytes of a chunk; one with less than a record has one record.</param>
    internal FixedAllocator(string name, int recordBytes, int chunkBytes)
    {
        _name = name;
        _recordWords = recordBytes / sizeof(nint);
        _recordsPerChunk = Math.Max(1, chunkBytes / recordBytes);
        _state = TSync.Allocate<State>(1, name);
    }

    /// <summary>A record. The seed's <c>FixAlloc_Alloc</c>.</summary>
    internal void* Take()
    {
        nint* record = TSync.Read(&_state->Free);
        if (record != null)
        {
            TSync.Write(&_state->Free, (nint*)TSync.Read(record));
            return record;
        }

        int taken = TSync.Read(&_state->Taken) % _recordsPerChunk;
        if (taken == 0)
        {
            // The first word leads to the chunk before.
            nint* chunk = TSync.Allocate<nint>((nuint)(1 + (_recordsPerChunk * _recordWords)), _name);
            TSync.Write(chunk, (nint)TSync.Read(&_state->Chunks));
            TSync.Write(&_state->Chunks, chunk);
        }

        TSync.Write(&_state->Taken, TSync.Read(&_state->Taken) + 1);
        return TSync.Read(&_state->Chunks) + 1 + (taken * _recordWords);
    }

    /// <summary>Takes a record back. The seed's <c>FixAlloc_Free</c>.</summary>
    internal void Give(void* record)
    {
        TSync.Poison(record, (nuint)(_recordWords * sizeof(nint)));
        TSync.Write((nint*)record, (nint)TSync.Read(&_state->Free));
        TSync.Write(&_state->Free, (nint*)record);
    }

    /// <summary>Frees all chunks. No record is used any more.</summary>
    public void Dispose()
    {
        nint* chunk = TSync.Read(&_state->Chunks);
        while (chunk != null)
        {
            var next = (nint*)TSync.Read(chunk);
            TSync.Free(chunk);
            chunk = next;
        }

        TSync.Free(_state);
    }

    /// <summary>Under the owner's lock.</summary>
    private struct State
    {
        /// <summary>The first record that was given back; each leads to the next.</summary>
        internal nint* Free;

        /// <summary>The newest chunk.</summary>
        internal nint* Chunks;

        /// <summary>How many records were ever cut from chunks.</summary>
        internal int Taken;
    }
}
