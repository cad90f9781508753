import { holdExercises } from "./hold-exercises.js";
import * as answers from "./order-answers.js";

holdExercises("2.1.2", answers);
