using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Explorer;

/// <summary>
/// The engine that runs code under test in an <see cref="Exploration"/>: each of its operations is a step that the
/// strategy chooses. Its members may be called only on the threads of an execution.
/// </summary>
public readonly unsafe struct ExplorerSync : ISync
{
    private const int Processors = 4;

    /// <inheritdoc/>
    public static long Now => Self.Engine.ReadClock(Self);

    /// <inheritdoc/>
    public static int ProcessorCount => Processors;

    private static ControlledThread Self => ControlledThread.t_current ?? throw NoExecution();

    /// <inheritdoc/>
    public static T Read<T>(T* location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        ControlledThread self = Self;
        if (!self.Engine.CheckPlain(self, location, sizeof(T), file, line))
        {
            return default;
        }

        self.Engine.NotePlainRead(self, location, sizeof(T), file, line);
        return *location;
    }

    /// <inheritdoc/>
    public static T* Read<T>(T** location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => (T*)Read((nint*)location, file, line);

    /// <inheritdoc/>
    public static void Write<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        ControlledThread self = Self;
        if (self.Engine.CheckPlain(self, location, sizeof(T), file, line))
        {
            self.Engine.NotePlainWrite(self, location, sizeof(T), Bits(value), file, line);
            *location = value;
        }
    }

    /// <inheritdoc/>
    public static void Write<T>(
        T** location, T* value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => Write((nint*)location, (nint)value, file, line);

    /// <inheritdoc/>
    public static T RacyRead<T>(T* location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => Value<T>(Access(OperationKind.RacyRead, location, sizeof(T), 0, 0, file, line));

    /// <inheritdoc/>
    public static T* RacyRead<T>(T** location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => (T*)RacyRead((nint*)location, file, line);

    /// <inheritdoc/>
    public static void RacyWrite<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => Access(OperationKind.RacyWrite, location, sizeof(T), Bits(value), 0, file, line);

    /// <inheritdoc/>
    public static void RacyWrite<T>(
        T** location, T* value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => RacyWrite((nint*)location, (nint)value, file, line);

    /// <inheritdoc/>
    public static T VolatileRead<T>(T* location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => Value<T>(Access(OperationKind.VolatileRead, location, sizeof(T), 0, 0, file, line));

    /// <inheritdoc/>
    public static T* VolatileRead<T>(T** location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => (T*)VolatileRead((nint*)location, file, line);

    /// <inheritdoc/>
    public static void VolatileWrite<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => Access(OperationKind.VolatileWrite, location, sizeof(T), Bits(value), 0, file, line);

    /// <inheritdoc/>
    public static void VolatileWrite<T>(
        T** location, T* value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => VolatileWrite((nint*)location, (nint)value, file, line);

    /// <inheritdoc/>
    public static T CompareExchange<T>(
        T* location, T value, T comparand, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => Value<T>(Access(
            OperationKind.CompareExchange, location, sizeof(T), Bits(value), Bits(comparand), file, line));

    /// <inheritdoc/>
    public static T* CompareExchange<T>(
        T** location, T* value, T* comparand, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => (T*)CompareExchange((nint*)location, (nint)value, (nint)comparand, file, line);

    /// <inheritdoc/>
    public static T Exchange<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => Value<T>(Access(OperationKind.Exchange, location, sizeof(T), Bits(value), 0, file, line));

    /// <inheritdoc/>
    public static T Add<T>(T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => Value<T>(Combine(OperationKind.Add, location, value, file, line));

    /// <inheritdoc/>
    public static T Or<T>(T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => Value<T>(Combine(OperationKind.Or, location, value, file, line));

    /// <inheritdoc/>
    public static T And<T>(T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => Value<T>(Combine(OperationKind.And, location, value, file, line));

    /// <inheritdoc/>
    public static void MemoryBarrier([CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.MemoryBarrier(Self, file, line);

    /// <inheritdoc/>
    public static void Zero(
        void* start, nuint bytes, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.Zero(Self, start, bytes, file, line);

    /// <inheritdoc/>
    public static void Poison(
        void* start, nuint bytes, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.Poison(Self, start, bytes, file, line);

    /// <inheritdoc/>
    public static void Copy(
        void* source,
        void* destination,
        nuint bytes,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
        => Self.Engine.Copy(Self, source, destination, bytes, file, line);

    /// <inheritdoc/>
    public static void Prefetch(void* address)
    {
    }

    /// <inheritdoc/>
    public static Mutex CreateMutex(string name) => new(Self.Engine.CreateMutex(Self, name));

    /// <inheritdoc/>
    public static void Destroy(Mutex mutex) => Self.Engine.DestroyMutex(Self, mutex.Handle);

    /// <inheritdoc/>
    public static void Enter(Mutex mutex, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.Enter(Self, mutex.Handle, file, line);

    /// <inheritdoc/>
    public static void Exit(Mutex mutex, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.Exit(Self, mutex.Handle, file, line);

    /// <inheritdoc/>
    public static Note CreateNote(string name) => new(Self.Engine.CreateNote(Self, name));

    /// <inheritdoc/>
    public static void Destroy(Note note) => Self.Engine.DestroyNote(Self, note.Handle);

    /// <inheritdoc/>
    public static void Clear(Note note, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.Clear(Self, note.Handle, file, line);

    /// <inheritdoc/>
    public static void Wake(Note note, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.Wake(Self, note.Handle, file, line);

    /// <inheritdoc/>
    public static void Sleep(Note note, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.Sleep(Self, note.Handle, file, line);

    /// <inheritdoc/>
    public static bool Sleep(
        Note note, long nanoseconds, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.Sleep(Self, note.Handle, nanoseconds, file, line);

    /// <inheritdoc/>
    public static SyncThread StartThread(
        string name, Action body, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => new(Self.Engine.Start(Self, name, body, file, line));

    /// <inheritdoc/>
    public static void Join(SyncThread thread, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.Join(Self, thread.Handle, file, line);

    /// <inheritdoc/>
    public static void Spin(int turn, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.Spin(Self, file, line);

    /// <inheritdoc/>
    public static void Pause(int iterations)
    {
    }

    /// <inheritdoc/>
    public static uint Choose(uint bound, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.Choose(Self, bound, file, line);

    /// <inheritdoc/>
    public static T* Allocate<T>(
        nuint count, string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => (T*)Self.Engine.Allocate(Self, checked((long)count), sizeof(T), typeof(T), name, file, line);

    /// <inheritdoc/>
    public static void Free(void* block, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Engine.Free(Self, block, file, line);

    /// <inheritdoc/>
    public static void ReportFailure(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (exception is not PlannedException)
        {
            Self.Engine.Report(Self, exception);
        }
    }

    /// <inheritdoc/>
    public static void NoteInput(Func<string> describe)
    {
        ArgumentNullException.ThrowIfNull(describe);
        Self.Engine.NoteInput(describe);
    }

    /// <inheritdoc/>
    public static void OfferPicture(Func<StatePicture> draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        Self.Engine.OfferPicture(draw);
    }

    private static ulong Combine<T>(OperationKind kind, T* location, T value, string file, int line)
        where T : unmanaged
        => sizeof(T) is sizeof(int) or sizeof(long)
            ? Access(kind, location, sizeof(T), Bits(value), 0, file, line)
            : throw WrongSize<T>();

    private static ulong Access(
        OperationKind kind, void* location, int size, ulong value, ulong comparand, string file, int line)
    {
        ControlledThread self = Self;
        return self.Engine.Access(self, kind, location, size, value, comparand, file, line);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits<T>(T value)
        where T : unmanaged
        => sizeof(T) switch
        {
            1 => Unsafe.BitCast<T, byte>(value),
            2 => Unsafe.BitCast<T, ushort>(value),
            4 => Unsafe.BitCast<T, uint>(value),
            8 => Unsafe.BitCast<T, ulong>(value),
            _ => throw WrongSize<T>(),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Value<T>(ulong bits)
        where T : unmanaged
        => sizeof(T) switch
        {
            1 => Unsafe.BitCast<byte, T>((byte)bits),
            2 => Unsafe.BitCast<ushort, T>((ushort)bits),
            4 => Unsafe.BitCast<uint, T>((uint)bits),
            8 => Unsafe.BitCast<ulong, T>(bits),
            _ => throw WrongSize<T>(),
        };

    private static NotSupportedException WrongSize<T>()
        where T : unmanaged
        => new($"{typeof(T).Name} has {sizeof(T)} bytes, which no atomic operation of this kind covers");

    private static InvalidOperationException NoExecution()
        => new($"{nameof(ExplorerSync)} was used on a thread that no {nameof(Exploration)} controls");
}
