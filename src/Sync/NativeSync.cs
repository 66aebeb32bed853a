using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Threading;

namespace Testbed.Sync;

/// <summary>The production engine: real threads, the processor's own atomics, .NET's locks. Holds no state.</summary>
public readonly unsafe struct NativeSync : ISync
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <inheritdoc/>
    public static long Now => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <inheritdoc/>
    public static int ProcessorCount => Environment.ProcessorCount;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static T Read<T>(T* location, string file = "", int line = 0)
        where T : unmanaged
        => *location;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static T* Read<T>(T** location, string file = "", int line = 0)
        where T : unmanaged
        => *location;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Write<T>(T* location, T value, string file = "", int line = 0)
        where T : unmanaged
        => *location = value;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Write<T>(T** location, T* value, string file = "", int line = 0)
        where T : unmanaged
        => *location = value;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static T RacyRead<T>(T* location, string file = "", int line = 0)
        where T : unmanaged
        => *location;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static T* RacyRead<T>(T** location, string file = "", int line = 0)
        where T : unmanaged
        => *location;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void RacyWrite<T>(T* location, T value, string file = "", int line = 0)
        where T : unmanaged
        => *location = value;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void RacyWrite<T>(T** location, T* value, string file = "", int line = 0)
        where T : unmanaged
        => *location = value;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static T VolatileRead<T>(T* location, string file = "", int line = 0)
        where T : unmanaged
        => sizeof(T) switch
        {
            1 => Unsafe.BitCast<byte, T>(Volatile.Read(ref *(byte*)location)),
            2 => Unsafe.BitCast<short, T>(Volatile.Read(ref *(short*)location)),
            4 => Unsafe.BitCast<int, T>(Volatile.Read(ref *(int*)location)),
            8 => Unsafe.BitCast<long, T>(Volatile.Read(ref *(long*)location)),
            _ => throw WrongSize<T>(),
        };

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static T* VolatileRead<T>(T** location, string file = "", int line = 0)
        where T : unmanaged
        => (T*)Volatile.Read(ref *(nint*)location);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void VolatileWrite<T>(T* location, T value, string file = "", int line = 0)
        where T : unmanaged
    {
        switch (sizeof(T))
        {
            case 1:
                Volatile.Write(ref *(byte*)location, Unsafe.BitCast<T, byte>(value));
                break;
            case 2:
                Volatile.Write(ref *(short*)location, Unsafe.BitCast<T, short>(value));
                break;
            case 4:
                Volatile.Write(ref *(int*)location, Unsafe.BitCast<T, int>(value));
                break;
            case 8:
                Volatile.Write(ref *(long*)location, Unsafe.BitCast<T, long>(value));
                break;
            default:
                throw WrongSize<T>();
        }
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void VolatileWrite<T>(T** location, T* value, string file = "", int line = 0)
        where T : unmanaged
        => Volatile.Write(ref *(nint*)location, (nint)value);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static T CompareExchange<T>(T* location, T value, T comparand, string file = "", int line = 0)
        where T : unmanaged
        => sizeof(T) switch
        {
            1 => Unsafe.BitCast<byte, T>(Interlocked.CompareExchange(
                ref *(byte*)location, Unsafe.BitCast<T, byte>(value), Unsafe.BitCast<T, byte>(comparand))),
            2 => Unsafe.BitCast<short, T>(Interlocked.CompareExchange(
                ref *(short*)location, Unsafe.BitCast<T, short>(value), Unsafe.BitCast<T, short>(comparand))),
            4 => Unsafe.BitCast<int, T>(Interlocked.CompareExchange(
                ref *(int*)location, Unsafe.BitCast<T, int>(value), Unsafe.BitCast<T, int>(comparand))),
            8 => Unsafe.BitCast<long, T>(Interlocked.CompareExchange(
                ref *(long*)location, Unsafe.BitCast<T, long>(value), Unsafe.BitCast<T, long>(comparand))),
            _ => throw WrongSize<T>(),
        };

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static T* CompareExchange<T>(T** location, T* value, T* comparand, string file = "", int line = 0)
        where T : unmanaged
        => (T*)Interlocked.CompareExchange(ref *(nint*)location, (nint)value, (nint)comparand);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static T Exchange<T>(T* location, T value, string file = "", int line = 0)
        where T : unmanaged
        => sizeof(T) switch
        {
            1 => Unsafe.BitCast<byte, T>(Interlocked.Exchange(ref *(byte*)location, Unsafe.BitCast<T, byte>(value))),
            2 => Unsafe.BitCast<short, T>(Interlocked.Exchange(ref *(short*)location, Unsafe.BitCast<T, short>(value))),
            4 => Unsafe.BitCast<int, T>(Interlocked.Exchange(ref *(int*)location, Unsafe.BitCast<T, int>(value))),
            8 => Unsafe.BitCast<long, T>(Interlocked.Exchange(ref *(long*)location, Unsafe.BitCast<T, long>(value))),
            _ => throw WrongSize<T>(),
        };

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static T Add<T>(T* location, T value, string file = "", int line = 0)
        where T : unmanaged
        => sizeof(T) switch
        {
            4 => Unsafe.BitCast<int, T>(Interlocked.Add(ref *(int*)location, Unsafe.BitCast<T, int>(value))),
            8 => Unsafe.BitCast<long, T>(Interlocked.Add(ref *(long*)location, Unsafe.BitCast<T, long>(value))),
            _ => throw WrongSize<T>(),
        };

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static T Or<T>(T* location, T value, string file = "", int line = 0)
        where T : unmanaged
        => sizeof(T) switch
        {
            4 => Unsafe.BitCast<int, T>(Interlocked.Or(ref *(int*)location, Unsafe.BitCast<T, int>(value))),
            8 => Unsafe.BitCast<long, T>(Interlocked.Or(ref *(long*)location, Unsafe.BitCast<T, long>(value))),
            _ => throw WrongSize<T>(),
        };

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static T And<T>(T* location, T value, string file = "", int line = 0)
        where T : unmanaged
        => sizeof(T) switch
        {
            4 => Unsafe.BitCast<int, T>(Interlocked.And(ref *(int*)location, Unsafe.BitCast<T, int>(value))),
            8 => Unsafe.BitCast<long, T>(Interlocked.And(ref *(long*)location, Unsafe.BitCast<T, long>(value))),
            _ => throw WrongSize<T>(),
        };

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void MemoryBarrier(string file = "", int line = 0) => Interlocked.MemoryBarrier();

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Zero(void* start, nuint bytes, string file = "", int line = 0)
        => NativeMemory.Clear(start, bytes);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Poison(void* start, nuint bytes, string file = "", int line = 0)
    {
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Copy(void* source, void* destination, nuint bytes, string file = "", int line = 0)
        => NativeMemory.Copy(source, destination, bytes);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Prefetch(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <inheritdoc/>
    public static Mutex CreateMutex(string name) => new(NativeObject.ToHandle(new object()));

    /// <inheritdoc/>
    public static void Destroy(Mutex mutex) => NativeObject.Release(mutex.Handle);

    /// <inheritdoc/>
    public static void Enter(Mutex mutex, string file = "", int line = 0)
        => Monitor.Enter(NativeObject.FromHandle<object>(mutex.Handle));

    /// <inheritdoc/>
    public static void Exit(Mutex mutex, string file = "", int line = 0)
        => Monitor.Exit(NativeObject.FromHandle<object>(mutex.Handle));

    /// <inheritdoc/>
    public static Note CreateNote(string name) => new(NativeObject.ToHandle(new NativeNote(name)));

    /// <inheritdoc/>
    public static void Destroy(Note note) => NativeObject.Release(note.Handle);

    /// <inheritdoc/>
    public static void Clear(Note note, string file = "", int line = 0)
        => NativeObject.FromHandle<NativeNote>(note.Handle).Clear();

    /// <inheritdoc/>
    public static void Wake(Note note, string file = "", int line = 0)
        => NativeObject.FromHandle<NativeNote>(note.Handle).Wake();

    /// <inheritdoc/>
    public static void Sleep(Note note, string file = "", int line = 0)
        => NativeObject.FromHandle<NativeNote>(note.Handle).Sleep(Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public static bool Sleep(Note note, long nanoseconds, string file = "", int line = 0)
        => NativeObject.FromHandle<NativeNote>(note.Handle).Sleep(TimeSpan.FromMicroseconds(nanoseconds / 1000.0));

    /// <inheritdoc/>
    public static SyncThread StartThread(string name, Action body, string file = "", int line = 0)
    {
        var thread = new Thread(body.Invoke) { Name = name, IsBackground = true };
        var handle = new SyncThread(NativeObject.ToHandle(thread));
        thread.Start();
        return handle;
    }

    /// <inheritdoc/>
    public static void Join(SyncThread thread, string file = "", int line = 0)
    {
        NativeObject.FromHandle<Thread>(thread.Handle).Join();
        NativeObject.Release(thread.Handle);
    }

    /// <inheritdoc/>
    public static void Spin(int turn, string file = "", int line = 0)
    {
        const int activeTurns = 10;
        const int yieldingTurns = 20;
        if (turn < activeTurns)
        {
            Thread.SpinWait(20);
        }
        else if (turn < yieldingTurns)
        {
            Thread.Yield();
        }
        else
        {
            // The shortest sleep that .NET has; the seed's is a tenth of it.
            Thread.Sleep(1);
        }
    }

    /// <inheritdoc/>
    public static void Pause(int iterations) => Thread.SpinWait(iterations);

    /// <inheritdoc/>
    public static uint Choose(uint bound, string file = "", int line = 0) => NativeRandom.Next(bound);

    /// <inheritdoc/>
    public static T* Allocate<T>(nuint count, string name, string file = "", int line = 0)
        where T : unmanaged
        => (T*)NativeBlock.Allocate(checked(count * (nuint)sizeof(T)));

    /// <inheritdoc/>
    public static void Free(void* block, string file = "", int line = 0) => NativeBlock.Free(block);

    /// <inheritdoc/>
    public static void ReportFailure(Exception exception)
    {
    }

    /// <inheritdoc/>
    public static void NoteInput(Func<string> describe)
    {
    }

    /// <inheritdoc/>
    public static void OfferPicture(Func<StatePicture> draw)
    {
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static NotSupportedException WrongSize<T>()
        where T : unmanaged
        => new($"{typeof(T).Name} has {sizeof(T)} bytes, which no atomic operation of this kind covers");
}
