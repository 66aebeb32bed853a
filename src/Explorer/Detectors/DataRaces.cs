using System.Numerics;
using System.Runtime.CompilerServices;

namespace Testbed.Explorer;

/// <summary>
/// Finds two accesses of the same bytes, at least one of them plain and at least one a write, that nothing orders: in
/// the manner of FastTrack (see <see cref="HappensBefore"/>), with a list of accesses a word, not its one or two.
/// </summary>
/// <remarks>
/// <para>
/// An access takes the place of one that it races with all that one does, and that happens before it: whatever comes
/// later and would race with the older one races with the newer one too. So a list is short, and nothing is missed.
/// </para>
/// <para>
/// Memory whose contents are undefined is remembered as written in a way that lets nobody read it.
/// </para>
/// </remarks>
/// <param name="order">What happens before what.</param>
/// <param name="locks">Who holds which locks.</param>
/// <param name="shadow">Where accesses are remembered.</param>
internal sealed unsafe class DataRaces(HappensBefore order, HeldLocks locks, ShadowMemory shadow)
{
    private const int WordBytes = sizeof(ulong);
    private const byte AllBytes = 0xFF;

    /// <summary>By the kind of an access: a bit for each kind that it races with.</summary>
    private static readonly byte[] s_rivals = MakeRivals();

    /// <summary>Where the race is that was found last: its first byte.</summary>
    internal byte* Place { get; private set; }

    /// <summary>A plain access of a value.</summary>
    /// <returns>The number of an earlier access that rules it out; 0 for none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Plain(int thread, AccessKind kind, byte* address, int size, ulong value, string file, int line)
    {
        int access = shadow.First(address);
        if (access != 0)
        {
            ref MemoryAccess first = ref shadow[access];
            byte bytes = BytesOf(address, size);
            if (first.Thread == thread && Covers(first, kind, bytes) && first.Clock == order.Time(thread))
            {
                return 0;
            }
        }

        bool reads = kind == AccessKind.PlainRead;
        return Access(
            new Accessor(thread, kind, reads, reads ? "read" : "write", file, line), address, size, value);
    }

    /// <summary>A plain access of a range.</summary>
    /// <returns>The number of an earlier access that rules it out; 0 for none.</returns>
    internal int Range(in Accessor accessor, byte* start, long bytes)
    {
        int rival = 0;
        byte* end = start + bytes;
        for (byte* address = start; address < end && rival == 0; address = NextWord(address))
        {
            int size = (int)(Math.Min((long)NextWord(address), (long)end) - (long)address);
            rival = Word(accessor, address, BytesOf(address, size), 0, 0);
        }

        return rival;
    }

    /// <summary>Whether all accesses of a block happen before its free, which as such is not remembered.</summary>
    /// <returns>The number of one that does not; 0 if there is none.</returns>
    internal int Free(int thread, byte* start, long bytes)
    {
        for (byte* address = start; address < start + bytes; address += WordBytes)
        {
            for (int access = shadow.First(address); access != 0; access = shadow[access].Next)
            {
                ref MemoryAccess earlier = ref shadow[access];
                if (earlier.Kind != AccessKind.Released && !order.IsBefore(earlier.Thread, earlier.Clock, thread))
                {
                    Place = FirstOf(address, earlier.Bytes);
                    return access;
                }
            }
        }

        return 0;
    }

    /// <summary>Forgets the accesses of a block, since the next ones are of another in its place.</summary>
    internal void Forget(byte* start, long bytes)
    {
        for (byte* address = start; address < start + bytes; address += WordBytes)
        {
            shadow.SetFirst(address, 0);
        }
    }

    /// <summary>A volatile, racy or interlocked access.</summary>
    /// <param name="thread">Who makes it.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="before">What was there.</param>
    /// <param name="after">What is there now.</param>
    /// <returns>The number of an earlier access that rules it out; 0 for none.</returns>
    internal int Atomic(int thread, in Operation operation, ulong before, ulong after)
    {
        byte* address = operation.Address;
        byte bytes = BytesOf(address, operation.Size);
        bool writes = !operation.IsRead
            && (operation.Kind != OperationKind.CompareExchange || before == operation.Comparand);
        bool isFence = operation.Kind >= OperationKind.CompareExchange;
        if (isFence || operation.IsRead)
        {
            Acquire(thread, address, bytes, atFence: operation.Kind == OperationKind.RacyRead);
        }

        if (isFence)
        {
            order.Fence(thread);
        }

        AccessKind kind = writes ? AccessKind.AtomicWrite : AccessKind.AtomicRead;
        bool reads = isFence || operation.IsRead;
        var accessor = new Accessor(
            thread, kind, reads, OperationText.Of(operation.Kind), operation.File, operation.Line);
        int rival = Word(accessor, address, bytes, operation.Size, after);
        if (writes)
        {
            Release(thread, address, bytes, upToFence: operation.Kind == OperationKind.RacyWrite);
        }

        return rival;
    }

    private int Access(in Accessor accessor, byte* address, int size, ulong value)
    {
        if (((nint)address & (WordBytes - 1)) + size > WordBytes)
        {
            return Range(accessor, address, size);
        }

        return Word(accessor, address, BytesOf(address, size), size, value);
    }

    /// <summary>An access of some bytes of a word.</summary>
    private int Word(in Accessor accessor, byte* address, byte bytes, int size, ulong value)
    {
        int rivals = s_rivals[(int)accessor.Kind];
        int previous = 0;
        int next;
        for (int access = shadow.First(address); access != 0; access = next)
        {
            ref MemoryAccess earlier = ref shadow[access];
            next = earlier.Next;
            if ((earlier.Bytes & bytes) != 0)
            {
                if (earlier.Kind != AccessKind.Released
                    && !order.IsBefore(earlier.Thread, earlier.Clock, accessor.Thread))
                {
                    if ((rivals & (1 << (int)earlier.Kind)) != 0)
                    {
                        Place = FirstOf(address, (byte)(earlier.Bytes & bytes));
                        return access;
                    }
                }
                else if (earlier.Kind == AccessKind.Poison && accessor.Reads)
                {
                    Place = FirstOf(address, (byte)(earlier.Bytes & bytes));
                    return access;
                }
                else if ((s_rivals[(int)earlier.Kind] & ~rivals) == 0 || earlier.Kind == AccessKind.Poison)
                {
                    // It is not needed beside this one.
                    earlier.Bytes &= (byte)~bytes;
                    if (earlier.Bytes == 0)
                    {
                        shadow.Remove(address, previous, access);
                        continue;
                    }
                }
            }

            previous = access;
        }

        Remember(accessor, address, bytes, size, value);
        return 0;
    }

    private void Remember(in Accessor accessor, byte* address, byte bytes, int size, ulong value)
    {
        int access = shadow.Create();
        ref MemoryAccess made = ref shadow[access];
        made.Next = shadow.First(address);
        made.Bytes = bytes;
        made.Kind = accessor.Kind;
        made.Thread = accessor.Thread;
        made.Clock = order.Time(accessor.Thread);
        made.Locks = locks.Of(accessor.Thread);
        made.Operation = accessor.Operation;
        made.File = accessor.File;
        made.Line = accessor.Line;
        made.Size = (byte)size;
        made.Value = value;
        shadow.SetFirst(address, access);
    }

    /// <summary>A thread learns what those knew whose values it sees.</summary>
    private void Acquire(int thread, byte* address, byte bytes, bool atFence)
    {
        for (int access = shadow.First(address); access != 0; access = shadow[access].Next)
        {
            ref MemoryAccess released = ref shadow[access];
            if (released.Kind != AccessKind.Released || (released.Bytes & bytes) == 0)
            {
                continue;
            }

            if (atFence)
            {
                order.AcquireAtFence(thread, released.Clock);
            }
            else
            {
                order.Acquire(thread, released.Clock);
            }
        }
    }

    /// <summary>
    /// A thread leaves what it knows for those who see what it writes. An interlocked operation has acquired before
    /// what was there, so that this passes on too.
    /// </summary>
    private void Release(int thread, byte* address, byte bytes, bool upToFence)
    {
        int clock = 0;
        int previous = 0;
        int next;
        for (int access = shadow.First(address); access != 0; access = next)
        {
            ref MemoryAccess released = ref shadow[access];
            next = released.Next;
            if (released.Kind == AccessKind.Released)
            {
                released.Bytes &= (byte)~bytes;
                if (released.Bytes == 0)
                {
                    order.End(clock);
                    clock = released.Clock;
                    shadow.Remove(address, previous, access);
                    continue;
                }
            }

            previous = access;
        }

        clock = upToFence ? order.ReleaseUpToFence(thread, clock) : order.Release(thread, clock);
        if (clock != 0)
        {
            int access = shadow.Create();
            ref MemoryAccess made = ref shadow[access];
            made.Next = shadow.First(address);
            made.Bytes = bytes;
            made.Kind = AccessKind.Released;
            made.Clock = clock;
            shadow.SetFirst(address, access);
        }
    }

    /// <summary>Whether an access races with all that one of a kind and some bytes would.</summary>
    private static bool Covers(in MemoryAccess access, AccessKind kind, byte bytes)
        => (access.Bytes & bytes) == bytes
            && access.Kind != AccessKind.Poison
            && (s_rivals[(int)kind] & ~s_rivals[(int)access.Kind]) == 0;

    private static byte* NextWord(byte* address) => (byte*)(((nint)address | (WordBytes - 1)) + 1);

    private static byte BytesOf(byte* address, int size)
        => (byte)((size == WordBytes ? AllBytes : (1 << size) - 1) << ((int)(nint)address & (WordBytes - 1)));

    private static byte* FirstOf(byte* address, byte bytes)
        => (byte*)((nint)address & -WordBytes) + BitOperations.TrailingZeroCount(bytes);

    private static byte[] MakeRivals()
    {
        const int AtomicRead = 1 << (int)AccessKind.AtomicRead;
        const int AtomicWrite = 1 << (int)AccessKind.AtomicWrite;
        const int PlainRead = 1 << (int)AccessKind.PlainRead;
        const int PlainWrite = (1 << (int)AccessKind.PlainWrite) | (1 << (int)AccessKind.Poison);
        var rivals = new byte[(int)AccessKind.Released + 1];
        rivals[(int)AccessKind.AtomicRead] = PlainWrite;
        rivals[(int)AccessKind.AtomicWrite] = PlainWrite | PlainRead;
        rivals[(int)AccessKind.PlainRead] = PlainWrite | AtomicWrite;
        rivals[(int)AccessKind.PlainWrite] = PlainWrite | PlainRead | AtomicWrite | AtomicRead;

        rivals[(int)AccessKind.Poison] = rivals[(int)AccessKind.PlainWrite];

        // A kind of its own, so that no access takes the place of what was released.
        rivals[(int)AccessKind.Released] = 1 << (int)AccessKind.Released;
        return rivals;
    }

    /// <summary>Who accesses, how and where in the source.</summary>
    /// <param name="Thread">The thread.</param>
    /// <param name="Kind">What it may not race with.</param>
    /// <param name="Reads">Whether it reads.</param>
    /// <param name="Operation">What it does, as reports call it.</param>
    /// <param name="File">The source file.</param>
    /// <param name="Line">The line in it.</param>
    internal readonly record struct Accessor(
        int Thread, AccessKind Kind, bool Reads, string Operation, string File, int Line);
}
