using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Coyote;

/// <summary>
/// The engine that runs code under test under Microsoft Coyote, without rewriting it: its operations are Coyote's
/// scheduling points, its waits Coyote's pauses, its choices Coyote's random values. Its members may be called only on
/// the threads of a <see cref="Run"/>.
/// </summary>
public readonly unsafe struct CoyoteSync : ISync
{
    private const int Processors = 4;

    /// <inheritdoc/>
    public static long Now => Self.Execution.ReadClock(Self);

    /// <inheritdoc/>
    public static int ProcessorCount => Processors;

    private static ControlledThread Self => ControlledThread.t_current ?? throw NoExecution();

    /// <summary>Runs one execution of a program, as the body of a test of Coyote.</summary>
    /// <param name="body">The program, over this engine.</param>
    /// <exception cref="InvalidOperationException">No test engine of Coyote controls the calling thread.</exception>
    public static void Run(Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        new Execution().Run(body);
    }

    /// <inheritdoc/>
    public static T Read<T>(T* location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        ControlledThread self = Self;
        self.Execution.Check(self, location, sizeof(T), line);
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
        self.Execution.Check(self, location, sizeof(T), line);
        self.Execution.Store(self, location, value);
    }

    /// <inheritdoc/>
    public static void Write<T>(
        T** location, T* value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => Write((nint*)location, (nint)value, file, line);

    /// <inheritdoc/>
    public static T RacyRead<T>(T* location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => Execution.Load(Step(location, line), location);

    /// <inheritdoc/>
    public static T* RacyRead<T>(T** location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => (T*)RacyRead((nint*)location, file, line);

    /// <inheritdoc/>
    public static void RacyWrite<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        ControlledThread self = Step(location, line);
        self.Execution.Store(self, location, value);
    }

    /// <inheritdoc/>
    public static void RacyWrite<T>(
        T** location, T* value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => RacyWrite((nint*)location, (nint)value, file, line);

    /// <inheritdoc/>
    public static T VolatileRead<T>(T* location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => RacyRead(location, file, line);

    /// <inheritdoc/>
    public static T* VolatileRead<T>(T** location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => (T*)RacyRead((nint*)location, file, line);

    /// <inheritdoc/>
    public static void VolatileWrite<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => RacyWrite(location, value, file, line);

    /// <inheritdoc/>
    public static void VolatileWrite<T>(
        T** location, T* value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => RacyWrite((nint*)location, (nint)value, file, line);

    /// <inheritdoc/>
    public static T CompareExchange<T>(
        T* location, T value, T comparand, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        ControlledThread self = Step(location, line);
        T before = Execution.Load(self, location);
        if (Bits(before) == Bits(comparand))
        {
            self.Execution.Store(self, location, value);
        }

        return before;
    }

    /// <inheritdoc/>
    public static T* CompareExchange<T>(
        T** location, T* value, T* comparand, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => (T*)CompareExchange((nint*)location, (nint)value, (nint)comparand, file, line);

    /// <inheritdoc/>
    public static T Exchange<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        ControlledThread self = Step(location, line);
        T before = Execution.Load(self, location);
        self.Execution.Store(self, location, value);
        return before;
    }

    /// <inheritdoc/>
    public static T Add<T>(T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        ControlledThread self = Step(location, line);
        T sum = Value<T>(Bits(Execution.Load(self, location)) + Bits(value));
        self.Execution.Store(self, location, sum);
        return sum;
    }

    /// <inheritdoc/>
    public static T Or<T>(T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        ControlledThread self = Step(location, line);
        T before = Execution.Load(self, location);
        self.Execution.Store(self, location, Value<T>(Bits(before) | Bits(value)));
        return before;
    }

    /// <inheritdoc/>
    public static T And<T>(T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        ControlledThread self = Step(location, line);
        T before = Execution.Load(self, location);
        self.Execution.Store(self, location, Value<T>(Bits(before) & Bits(value)));
        return before;
    }

    /// <inheritdoc/>
    public static void MemoryBarrier([CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Execution.Point(Self, line);

    /// <inheritdoc/>
    public static void Zero(
        void* start, nuint bytes, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Execution.Zero(Self, start, bytes, line);

    /// <inheritdoc/>
    public static void Poison(
        void* start, nuint bytes, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
    }

    /// <inheritdoc/>
    public static void Copy(
        void* source,
        void* destination,
        nuint bytes,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
        => Self.Execution.Copy(Self, source, destination, bytes, line);

    /// <inheritdoc/>
    public static void Prefetch(void* address)
    {
    }

    /// <inheritdoc/>
    public static Mutex CreateMutex(string name) => new(Self.Execution.CreateMutex(name));

    /// <inheritdoc/>
    public static void Destroy(Mutex mutex) => Self.Execution.DestroyMutex(Self, mutex.Handle);

    /// <inheritdoc/>
    public static void Enter(Mutex mutex, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Execution.Enter(Self, mutex.Handle, line);

    /// <inheritdoc/>
    public static void Exit(Mutex mutex, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Execution.Exit(Self, mutex.Handle, line);

    /// <inheritdoc/>
    public static Note CreateNote(string name) => new(Self.Execution.CreateNote(name));

    /// <inheritdoc/>
    public static void Destroy(Note note) => Self.Execution.DestroyNote(Self, note.Handle);

    /// <inheritdoc/>
    public static void Clear(Note note, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Execution.Clear(Self, note.Handle, line);

    /// <inheritdoc/>
    public static void Wake(Note note, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Execution.Wake(Self, note.Handle, line);

    /// <inheritdoc/>
    public static void Sleep(Note note, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Execution.Sleep(Self, note.Handle, line);

    /// <inheritdoc/>
    public static bool Sleep(
        Note note, long nanoseconds, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Execution.Sleep(Self, note.Handle, nanoseconds, line);

    /// <inheritdoc/>
    public static SyncThread StartThread(
        string name, Action body, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => new(Self.Execution.Start(Self, name, body, line));

    /// <inheritdoc/>
    public static void Join(SyncThread thread, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Execution.Join(Self, thread.Handle, line);

    /// <inheritdoc/>
    public static void Spin(int turn, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Execution.Spin(Self, line);

    /// <inheritdoc/>
    public static void Pause(int iterations)
    {
    }

    /// <inheritdoc/>
    public static uint Choose(uint bound, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Execution.Choose(bound);

    /// <inheritdoc/>
    public static T* Allocate<T>(
        nuint count, string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged
        => (T*)Self.Execution.Allocate(checked(count * (nuint)sizeof(T)), name);

    /// <inheritdoc/>
    public static void Free(void* block, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => Self.Execution.Free(Self, block, line);

    /// <inheritdoc/>
    public static void ReportFailure(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        Self.Execution.Report(Self, exception);
    }

    /// <inheritdoc/>
    public static void NoteInput(Func<string> describe) => Self.Execution.NoteInput(describe);

    /// <inheritdoc/>
    public static void OfferPicture(Func<StatePicture> draw)
    {
    }

    /// <summary>Takes the step of an access: when it returns, the calling thread alone runs.</summary>
    private static ControlledThread Step<T>(T* location, int line)
        where T : unmanaged
    {
        ControlledThread self = Self;
        self.Execution.Point(self, line);
        self.Execution.Check(self, location, sizeof(T), line);
        return self;
    }

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

    private static T Value<T>(ulong bits)
        where T : unmanaged
        => sizeof(T) switch
        {
            4 => Unsafe.BitCast<uint, T>((uint)bits),
            8 => Unsafe.BitCast<ulong, T>(bits),
            _ => throw WrongSize<T>(),
        };

    private static NotSupportedException WrongSize<T>()
        where T : unmanaged
        => new($"{typeof(T).Name} has {sizeof(T)} bytes, which no atomic operation of this kind covers");

    private static InvalidOperationException NoExecution()
        => new($"{nameof(CoyoteSync)} was used on a thread that no execution under Coyote controls");
}
