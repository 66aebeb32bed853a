using System.Runtime.CompilerServices;

namespace Testbed.Sync;

/// <summary>
/// The seam: every lock, atomic, racy or plain access to memory that two threads can both reach, every thread, clock,
/// random number and shared allocation of the code under test goes through these members.
/// </summary>
/// <remarks>
/// <para>
/// An engine is a struct that implements them; code under test is generic over <c>TSync : struct, ISync</c>, so that
/// the JIT specialises it for the engine and inlines <see cref="NativeSync"/> down to the bare instruction.
/// </para>
/// <para>
/// Locations are addresses in memory from <see cref="Allocate{T}"/>, so an engine knows each by allocation and offset.
/// The types are those of 1, 2, 4 and 8 bytes; a pointer has overloads of its own. No location may straddle two
/// allocations. The last two arguments of each operation are filled in by the compiler and ignored in production.
/// </para>
/// <para>
/// A plain access (<see cref="Read{T}(T*, string, int)"/>, <see cref="Write{T}(T*, T, string, int)"/>) that races is a
/// bug; an access that races on purpose is volatile or racy. Plain accesses are therefore no scheduling points.
/// </para>
/// </remarks>
public unsafe interface ISync
{
    /// <summary>Reads plainly: something else must order this access against every write of the location.</summary>
    /// <typeparam name="T">A type of 1, 2, 4 or 8 bytes.</typeparam>
    /// <param name="location">Where to read.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The value.</returns>
    static abstract T Read<T>(T* location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <inheritdoc cref="Read{T}(T*, string, int)"/>
    static abstract T* Read<T>(T** location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <summary>Writes plainly: something else must order this access against every other of the location.</summary>
    /// <typeparam name="T">A type of 1, 2, 4 or 8 bytes.</typeparam>
    /// <param name="location">Where to write.</param>
    /// <param name="value">What to write.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void Write<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <inheritdoc cref="Write{T}(T*, T, string, int)"/>
    static abstract void Write<T>(
        T** location, T* value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <summary>
    /// Reads a location that others may be writing: a plain load in production, a relaxed atomic (and a scheduling
    /// point) to an engine. The caller says beside it why any value that it can see will do.
    /// </summary>
    /// <typeparam name="T">A type of 1, 2, 4 or 8 bytes.</typeparam>
    /// <param name="location">Where to read.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The value.</returns>
    static abstract T RacyRead<T>(T* location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <inheritdoc cref="RacyRead{T}(T*, string, int)"/>
    static abstract T* RacyRead<T>(T** location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <summary>
    /// Writes a location that others may be accessing: a plain store in production, a relaxed atomic (and a
    /// scheduling point) to an engine. The caller says beside it why that is enough.
    /// </summary>
    /// <typeparam name="T">A type of 1, 2, 4 or 8 bytes.</typeparam>
    /// <param name="location">Where to write.</param>
    /// <param name="value">What to write.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void RacyWrite<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <inheritdoc cref="RacyWrite{T}(T*, T, string, int)"/>
    static abstract void RacyWrite<T>(
        T** location, T* value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <summary>Reads with acquire order.</summary>
    /// <typeparam name="T">A type of 1, 2, 4 or 8 bytes.</typeparam>
    /// <param name="location">Where to read.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The value.</returns>
    static abstract T VolatileRead<T>(T* location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <inheritdoc cref="VolatileRead{T}(T*, string, int)"/>
    static abstract T* VolatileRead<T>(
        T** location, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <summary>Writes with release order.</summary>
    /// <typeparam name="T">A type of 1, 2, 4 or 8 bytes.</typeparam>
    /// <param name="location">Where to write.</param>
    /// <param name="value">What to write.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void VolatileWrite<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <inheritdoc cref="VolatileWrite{T}(T*, T, string, int)"/>
    static abstract void VolatileWrite<T>(
        T** location, T* value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <summary>Writes <paramref name="value"/> if the location holds <paramref name="comparand"/>; a full fence.</summary>
    /// <typeparam name="T">A type of 1, 2, 4 or 8 bytes.</typeparam>
    /// <param name="location">Where.</param>
    /// <param name="value">What to write.</param>
    /// <param name="comparand">What must be there for the write to happen.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>What was there before: equal to <paramref name="comparand"/> if and only if it wrote.</returns>
    static abstract T CompareExchange<T>(
        T* location, T value, T comparand, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <inheritdoc cref="CompareExchange{T}(T*, T, T, string, int)"/>
    static abstract T* CompareExchange<T>(
        T** location, T* value, T* comparand, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <summary>Swaps in a value; a full fence.</summary>
    /// <typeparam name="T">A type of 1, 2, 4 or 8 bytes.</typeparam>
    /// <param name="location">Where.</param>
    /// <param name="value">What to write.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>What was there before.</returns>
    static abstract T Exchange<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <summary>Adds, wrapping around; a full fence.</summary>
    /// <typeparam name="T">An integer type of 4 or 8 bytes.</typeparam>
    /// <param name="location">Where.</param>
    /// <param name="value">What to add.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The new value, as <c>Interlocked.Add</c> does.</returns>
    static abstract T Add<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <summary>Sets the bits of <paramref name="value"/>; a full fence.</summary>
    /// <typeparam name="T">An integer type of 4 or 8 bytes.</typeparam>
    /// <param name="location">Where.</param>
    /// <param name="value">The bits to set.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>What was there before.</returns>
    static abstract T Or<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <summary>Clears the bits that <paramref name="value"/> does not have; a full fence.</summary>
    /// <typeparam name="T">An integer type of 4 or 8 bytes.</typeparam>
    /// <param name="location">Where.</param>
    /// <param name="value">The bits to keep.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>What was there before.</returns>
    static abstract T And<T>(
        T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <summary>Orders every access before it against every access after it.</summary>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void MemoryBarrier([CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Zeroes a range by plain writes.</summary>
    /// <param name="start">The first byte.</param>
    /// <param name="bytes">How many bytes; the range lies in one allocation.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void Zero(
        void* start, nuint bytes, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>
    /// Says that what a range holds is undefined until it is written: an allocator of the code under test has taken the
    /// memory back, or gives it out as it is. Nothing in production; an engine reports a read before the next write.
    /// </summary>
    /// <param name="start">The first byte.</param>
    /// <param name="bytes">How many bytes; the range lies in one allocation.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void Poison(
        void* start, nuint bytes, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Copies a range by plain reads and writes; the ranges do not overlap.</summary>
    /// <param name="source">The first byte to read.</param>
    /// <param name="destination">The first byte to write.</param>
    /// <param name="bytes">How many bytes; each range lies in one allocation.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void Copy(
        void* source,
        void* destination,
        nuint bytes,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0);

    /// <summary>Hints that an address is about to be accessed. It need not be valid, and nothing observes the hint.</summary>
    /// <param name="address">The address.</param>
    static abstract void Prefetch(void* address);

    /// <summary>Makes a lock, free at first.</summary>
    /// <param name="name">What reports call it.</param>
    /// <returns>The lock; end it with <see cref="Destroy(Mutex)"/>.</returns>
    static abstract Mutex CreateMutex(string name);

    /// <summary>Ends a lock that nobody holds or will enter.</summary>
    /// <param name="mutex">The lock; the default handle does nothing.</param>
    static abstract void Destroy(Mutex mutex);

    /// <summary>Waits until the lock is free and takes it.</summary>
    /// <param name="mutex">A lock that the calling thread does not hold.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void Enter(Mutex mutex, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Gives the lock back.</summary>
    /// <param name="mutex">A lock that the calling thread holds.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void Exit(Mutex mutex, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Makes a note, clear at first.</summary>
    /// <param name="name">What reports call it.</param>
    /// <returns>The note; end it with <see cref="Destroy(Note)"/>.</returns>
    static abstract Note CreateNote(string name);

    /// <summary>Ends a note that nobody sleeps on or will wake.</summary>
    /// <param name="note">The note; the default handle does nothing.</param>
    static abstract void Destroy(Note note);

    /// <summary>Makes a note clear again. Must not race with a wake or a sleep of it. The seed's <c>noteclear</c>.</summary>
    /// <param name="note">The note.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void Clear(Note note, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Wakes the note's sleeper, now or when it comes. The seed's <c>notewakeup</c>.</summary>
    /// <param name="note">A note that is clear.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="InvalidOperationException">The note was already woken (an engine may report it instead).</exception>
    static abstract void Wake(Note note, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Waits until the note is woken. It stays woken. The seed's <c>notesleep</c>.</summary>
    /// <param name="note">A note on which no other thread sleeps.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void Sleep(Note note, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Waits until the note is woken or time is up. The seed's <c>notetsleep</c>.</summary>
    /// <param name="note">A note on which no other thread sleeps.</param>
    /// <param name="nanoseconds">How long at most. To an engine, time may be up whenever it likes.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>True if the note was woken.</returns>
    static abstract bool Sleep(
        Note note, long nanoseconds, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Starts a thread. What the caller did before happens before the body.</summary>
    /// <param name="name">What reports call it.</param>
    /// <param name="body">What it runs; an exception that leaves it ends the process (an engine reports it).</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The thread, to be joined exactly once.</returns>
    static abstract SyncThread StartThread(
        string name, Action body, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Waits until a thread has ended, and ends its handle.</summary>
    /// <param name="thread">A thread that was not joined before.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void Join(SyncThread thread, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>
    /// Ends one turn of a wait loop that changes nothing: until another thread writes something that the turn read
    /// (atomically or racily, or a lock or a note it looked at), the next turn would go the same way. An engine does
    /// not schedule the thread before that; in production it backs off: the seed's <c>procyield</c>, then
    /// <c>osyield</c>, then <c>usleep</c>.
    /// </summary>
    /// <param name="turn">How many turns this wait has taken, from 0: only the length of the back-off depends on it.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void Spin(int turn, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>
    /// Waits a moment before a bounded retry whose own count changes what it does next, so that it is no turn of a
    /// wait loop. Nothing to an engine.
    /// </summary>
    /// <param name="iterations">The processor's pause instructions to execute.</param>
    static abstract void Pause(int iterations);

    /// <summary>A number that the code under test treats as random. The seed's <c>fastrand</c>.</summary>
    /// <param name="bound">One more than the greatest answer; at least 1.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>A number in [0, <paramref name="bound"/>).</returns>
    static abstract uint Choose(uint bound, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Monotonic time in nanoseconds from an arbitrary start. An engine's is virtual.</summary>
    static abstract long Now { get; }

    /// <summary>How many processors there are to run threads on; at least 1. An engine's is a constant.</summary>
    static abstract int ProcessorCount { get; }

    /// <summary>
    /// Allocates zeroed shared memory, aligned to 64 bytes (a large block: to a page). Untouched pages of a large block
    /// cost address space, not memory.
    /// </summary>
    /// <typeparam name="T">The element; its field names appear in reports.</typeparam>
    /// <param name="count">How many elements; at least 1.</param>
    /// <param name="name">What reports call the block.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The first element; give the block back with <see cref="Free"/>.</returns>
    /// <exception cref="OutOfMemoryException">There is no such block to be had.</exception>
    static abstract T* Allocate<T>(
        nuint count, string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where T : unmanaged;

    /// <summary>Gives a block back. Nobody may access it any more.</summary>
    /// <param name="block">What <see cref="Allocate{T}"/> answered; null does nothing.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static abstract void Free(void* block, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>
    /// Tells of an exception that the code under test caught on some thread and will hand to its caller in an orderly
    /// way. An engine ends the execution with it on the spot, so that what follows does not hide it, unless it is a
    /// <see cref="PlannedException"/>.
    /// </summary>
    /// <param name="exception">The exception. Production ignores it.</param>
    static abstract void ReportFailure(Exception exception);

    /// <summary>
    /// Tells what this run works on, such as a generated heap. An engine shows it with a failure.
    /// </summary>
    /// <param name="describe">Says it, without an operation of the engine. Production never asks.</param>
    static abstract void NoteInput(Func<string> describe);

    /// <summary>
    /// Offers a picture of the program's state to whoever explains a failure. An engine may ask for it between any two
    /// operations of any thread, until the execution ends or another picture is offered. Production ignores it.
    /// </summary>
    /// <param name="draw">
    /// Draws the picture. It only reads, through the seam and without a lock, which is no step then; it copes with
    /// state that is half changed, and what it throws means that there is no picture now.
    /// </param>
    static abstract void OfferPicture(Func<StatePicture> draw);
}
